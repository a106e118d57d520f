// Loads the municipality's sheet of home-visit teams once; afterwards the table is what counts.
import type { Trx } from '../db/open.ts'
import { parseVisitTeams } from '../domain/visit-teams.ts'

/** Loads the sheet the first time; throws with the row and column that are wrong. */
export async function loadVisitTeams(trx: Trx, csv: string | undefined): Promise<void> {
  if (csv === undefined) return
  const { teams, problems } = parseVisitTeams(csv)
  if (problems[0]) throw new Error(`visit-teams.csv cannot be used: ${problems[0].reason.en}`)
  for (const team of teams)
    await trx
      .insertInto('visitTeam')
      .values(team)
      .onConflict((conflict) => conflict.column('unit').doNothing())
      .execute()
}
