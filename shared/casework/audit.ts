// Keeps who saw and did what (lag 2001:454 10 §): one line for each transaction, in that transaction, chained by the database.
import { sql, type KyselyPlugin } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import type { LaneEnd } from '../domain/watch.ts'
import type { Actor } from './act.ts'

export type AuditAction =
  | 'read'
  | 'list'
  | 'search'
  | 'print'
  | 'export'
  | 'change'
  | 'deny'
  | 'break-glass'
  | 'approval'
  | 'erase'
  | 'review'

/** What a deed says of itself, where it knows more than that it read or wrote. */
export type Access = {
  action?: AuditAction
  /** What the reader stated. What was searched for is never kept, only how much was found. */
  purpose?: string | null
  found?: number
  /** Cases concerned that no query of the deed gave back. */
  caseIds?: readonly string[]
  code?: string
}

/** What a transaction has shown so far: the ids in its rows, and what the deed has said of it. */
export type Watched = { trx: Trx; ids: Set<string>; access: Access }

const stated = new WeakMap<Trx, Access>()

/** More ids than a page or a file holds are cut: the door and the count still tell what was done. */
const most = 5_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const subjects = ['id', 'caseId', 'noticeId', 'referralId'] as const

/** The same transaction, but every row it gives back is noted by its ids: no reader can forget to. */
export function watchAccess(trx: Trx): Watched {
  const ids = new Set<string>()
  const watching: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      for (const row of result.rows) {
        for (const name of subjects) {
          const value = row[name]
          if (typeof value === 'string' && ids.size < most && uuid.test(value)) ids.add(value)
        }
      }
      return result
    },
  }
  const watched = trx.withPlugin(watching)
  const access: Access = {}
  stated.set(watched, access)
  return { trx: watched, ids, access }
}

/** Says what the transaction under way is: a search, an export, and why. Outside `inContext` it says nothing. */
export function stateAccess(trx: Trx, access: Access): void {
  Object.assign(stated.get(trx) ?? {}, access)
}

/** Runs of digits are how a personal number gets into a sentence that should only say why. */
const withoutNumbers = (text: string | null | undefined) =>
  text?.replace(/\d[\d\s–-]{4,}\d/g, '…').slice(0, 300) ?? null

/**
 * Writes the line, as the last thing its transaction does. Throws when it cannot be written: then nothing that was
 * read is given to anybody.
 */
export async function writeAudit(actor: Actor, { trx, ids, access }: Watched): Promise<void> {
  const { via } = actor
  const all = [...ids, ...(access.caseIds ?? []), ...(via?.subjectId ? [via.subjectId] : [])]
  const read = via?.subjectId ? 'read' : 'list'
  try {
    await sql`insert into audit_entry (actor, role, committee, action, door, purpose, subject_ids, found, code, request_id)
      select ${actor.personId ?? actor.sender}, ${actor.role}, ${actor.committee},
        coalesce(${access.action ?? null}, case when pg_current_xact_id_if_assigned() is not null then 'change' else ${read} end),
        ${via?.door ?? null}, ${withoutNumbers(access.purpose)}, ${all}::uuid[], ${access.found ?? null}::int,
        ${access.code ?? null}, ${via?.requestId ?? null}`.execute(trx)
  } catch (error) {
    throw unavailable(error)
  }
}

/** Without its log line nothing is shown; a connection that broke speaks for itself. */
function unavailable(error: unknown): unknown {
  const { code } = error as { code?: unknown }
  const refused = typeof code === 'string' && /^(42|23|P0)/.test(code)
  return refused
    ? new Refusal('conflict', 'unavailable', 'Loggen kan inte skrivas just nu. Försök igen om en stund.')
    : error
}

export type Fault = { lane: string; seq: number; fault: string }

/** Every line that does not fit its chain, and where each chain ends now. `db` is opened as `bokvar_auditor`. */
export async function verifyAudit(db: Db): Promise<{ faults: Fault[]; ends: LaneEnd[]; lines: number }> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const faults = await sql<Fault>`select lane, seq, fault from audit_fault order by lane, seq`.execute(
        trx,
      )
      const ends =
        await sql<LaneEnd>`select lane, seq, encode(hash, 'hex') as hash from audit_head order by lane`.execute(
          trx,
        )
      const counted = await sql<{ lines: number }>`select count(*)::int as lines from audit_entry`.execute(
        trx,
      )
      return { faults: faults.rows, ends: ends.rows, lines: counted.rows[0]?.lines ?? 0 }
    })
}

/** Which of the ends written down earlier are no longer in the log: only a copy kept elsewhere shows a lost tail. */
export async function missingEnds(db: Db, kept: readonly LaneEnd[]): Promise<LaneEnd[]> {
  const { rows } = await sql<LaneEnd>`select k.lane, k.seq, k.hash
    from json_to_recordset(${JSON.stringify(kept)}::json) as k(lane text, seq bigint, hash text)
    where k.seq > 0 and not exists (select 1 from audit_entry e where e.lane = k.lane and e.seq = k.seq and encode(e.hash, 'hex') = k.hash)`.execute(
    db,
  )
  return rows
}

/** The ends in a file that was kept: what `audit:verify -- --write` writes, or the lines of the watchdog's log. */
export function readEnds(text: string): LaneEnd[] {
  if (text.trimStart().startsWith('[')) return JSON.parse(text) as LaneEnd[]
  return text.split('\n').flatMap((line) => {
    if (!line.includes(ENDS)) return []
    const { msg, ends } = JSON.parse(line) as { msg?: string; ends?: LaneEnd[] }
    return msg === ENDS ? (ends ?? []) : []
  })
}

/** What the watchdog's log calls a line with the ends of the chains. */
export const ENDS = 'audit ends'
