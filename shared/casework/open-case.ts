// How every deed in a case begins: the case locked, seen by the one who acts, open, and as it was when they read it.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Actor } from './act.ts'

/** A case as the deeds in it need it. */
export type LockedCase = {
  id: string
  number: string
  state: 'open' | 'closed' | 'merged'
  stage: string
  committee: string
  unit: string | null
  assignee: string | null
  evictionDay: string | null
  outcome: string | null
  outcomeOn: string | null
  version: number
  facts: Record<string, unknown>
}

/** "Not yours" and "not there" are the same answer: the difference would tell that somebody has a case. */
export function noSuch(): Refusal {
  return new Refusal(
    'not-found',
    'not-found',
    'Det du söker finns inte, eller så har du inte tillgång till det.',
  )
}

/** The case, locked, or null when it is not there for the one who acts. */
export async function findCase(trx: Trx, caseId: string): Promise<LockedCase | null> {
  const { rows } = await sql<LockedCase>`
    select id, number, state, stage, committee, unit, assignee, eviction_day, outcome, outcome_on, version, facts
    from arrears_case where id = ${caseId} for update`.execute(trx)
  return rows[0] ?? null
}

/**
 * Locks a case for a deed in it. `ifMatch` is the version that was read, or null when the deed does not depend on it.
 * Refuses `not-found`, `stale` when it has changed since, and `conflict` when it is closed.
 */
export async function lockCase(trx: Trx, caseId: string, ifMatch: number | null): Promise<LockedCase> {
  const found = await findCase(trx, caseId)
  if (!found) throw noSuch()
  if (found.state !== 'open') {
    throw new Refusal(
      'unprocessable',
      'case.closed',
      'Ärendet är avslutat. Öppna det igen om något nytt har hänt.',
    )
  }
  demandVersion(found, ifMatch)
  return found
}

export function demandVersion(found: LockedCase, ifMatch: number | null): void {
  if (ifMatch !== null && found.version !== ifMatch) {
    throw new Refusal(
      'stale',
      'stale',
      'Någon annan har hunnit ändra sedan du läste. Hämta på nytt och försök igen.',
    )
  }
}

/** Marks that the case has changed, so that whoever read it before is told. */
export async function touchCase(trx: Trx, caseId: string): Promise<void> {
  await sql`update arrears_case set version = version + 1, updated_at = clock_now() where id = ${caseId}`.execute(
    trx,
  )
}

/** Who acts, as the diary names them: a person's id, or the system that sent it. */
export function nameInDiary(actor: Actor): string {
  return actor.personId ?? actor.sender
}
