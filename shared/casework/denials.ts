// Keeps that somebody known was refused, and what: in a transaction of its own, as the refused one was undone.
import type { Db } from '../db/open.ts'
import { inContext, type Actor } from './act.ts'
import { stateAccess } from './audit.ts'

/** Writes that `actor` was refused with `code`. Throws when the log cannot be written. */
export async function noteDenial(db: Db, actor: Actor, code: string): Promise<void> {
  await inContext(db, actor, async (trx) => stateAccess(trx, { action: 'deny', code, found: 0 }))
}
