// Who there is to give work to, and what people and units are called.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { inContext, type Actor } from './act.ts'

export type Colleague = {
  id: string
  name: string
  role: string
  unit: string
  unitName: string
  absent: boolean
}

/** The people of the actor's committee who do casework, by unit and name; `absent` today. */
export async function listColleagues(db: Db, actor: Actor): Promise<Colleague[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Colleague>`
      select p.id, p.name, p.role, p.unit, u.name_sv as unit_name,
        coalesce(${at.today}::date between p.absent_from and coalesce(p.absent_to, 'infinity'), false) as absent
      from person p join unit u on u.code = p.unit
      where p.active and p.committee = ${actor.committee} and p.role in ('caseworker', 'supervisor', 'visitor', 'counsellor')
      order by u.name_sv, p.name, p.id`.execute(trx)
    return rows
  })
}

/** The units of the actor's committee. */
export async function listUnits(db: Db, actor: Actor): Promise<{ code: string; name: string }[]> {
  return db
    .selectFrom('unit')
    .select(['code', 'nameSv as name'])
    .where('committee', '=', actor.committee ?? '')
    .orderBy('nameSv')
    .execute()
}

/** What these people, committees and units are called; ids and codes that are nobody's are left out. */
export async function namesOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; name: string }>`
    select code as id, name_sv as name from committee where code = any(${[...ids]}::text[])
    union all select code, name_sv from unit where code = any(${[...ids]}::text[])
    union all select id::text, name from person where id::text = any(${[...ids]}::text[])`.execute(db)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
