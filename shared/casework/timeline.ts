// Writes the case's diary: codes and ids, from which the catalogue makes sentences.
import type { Trx } from '../db/open.ts'
import { insertAlike } from '../db/rows.ts'
import type { Moment } from './act.ts'

/** One thing that happened. `actor` is `system` or a person's id; `detail` holds codes, ids, dates: no free text. */
export type TimelineEntry = { caseId: string; kind: string; actor: string; detail?: object }

/** Writes entries in the transaction in which they happened. */
export async function writeTimeline(trx: Trx, at: Moment, entries: readonly TimelineEntry[]): Promise<void> {
  await insertAlike(
    trx,
    'timeline',
    entries.map((entry) => ({
      caseId: entry.caseId,
      at: at.now,
      kind: entry.kind,
      actor: entry.actor,
      detail: entry.detail ?? {},
    })),
    { caseId: 'uuid', detail: 'jsonb' },
  )
}
