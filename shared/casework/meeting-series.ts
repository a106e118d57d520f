// Loads the municipality's recurring meetings from its sheet into the database, once.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { parseMeetingSeries } from '../domain/meeting-series.ts'

/** Loads meetings.csv; a municipality without one has no meetings. Throws with the first fault of the sheet. */
export async function loadMeetings(trx: Trx, csv: string | undefined): Promise<void> {
  const { series, problems } = parseMeetingSeries(csv ?? '')
  if (problems[0]) throw new Error(`meetings.csv: ${problems[0].reason.en}`)
  await insertRows(trx, 'meetingSeries', series, sql`on conflict (code) do nothing`)
}
