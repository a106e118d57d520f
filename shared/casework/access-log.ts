// Keeps who read or looked for what, and why (OSL, dataskyddsförordningen art. 5.2): added in the transaction that read.
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import type { Actor, Moment } from './act.ts'
import { nameInDiary } from './open-case.ts'

/** One access. `purpose` is what the reader stated; what was searched for is never kept, only how much was found. */
export type Access = {
  action: 'case.read' | 'case.search'
  subjectId: string | null
  purpose: string | null
  found: number
}

/** Writes one line of the access log. */
export async function logAccess(trx: Trx, at: Moment, actor: Actor, access: Access): Promise<void> {
  await insertRows(trx, 'accessLog', [
    { at: at.now, actor: nameInDiary(actor), role: actor.role, committee: actor.committee, ...access },
  ])
}
