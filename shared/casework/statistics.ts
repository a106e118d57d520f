// Reads the figures of a period: counts without persons, of the own committee or of the whole municipality.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { Codes } from '../domain/codes.ts'
import { addDays, addMonths } from '../domain/days.ts'
import type { Figure } from '../domain/statistics.ts'
import { inContext, type Actor } from './act.ts'
import { rulesInForce } from './settings.ts'

/** Months YYYY-MM, both included, by when the case was opened. `committee` null: all that the actor may count. */
export type StatisticsWish = { from: string; to: string; committee: string | null }

/** The figures and the code lists that say what an outcome means. */
export async function readFigures(
  db: Db,
  actor: Actor,
  wish: StatisticsWish,
): Promise<{ figures: Figure[]; codes: Codes }> {
  return inContext(db, actor, async (trx, at) => {
    const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
    const met = codes
      .filter(({ list, reached }) => list === 'visit-result' && reached)
      .map(({ code }) => code)
    const lastDay = addDays(addMonths(`${wish.to}-01`, 1), -1)
    const { rows } =
      await sql<Figure>`select * from case_figures(${`${wish.from}-01`}::date, ${lastDay}::date,
      ${wish.committee}, ${met}::text[])`.execute(trx)
    return { figures: rows, codes }
  })
}

/** The municipality's committees, for the choice of whose figures to see. */
export async function committeesIn(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('committee').select('code').orderBy('code').execute()
  return rows.map(({ code }) => code)
}
