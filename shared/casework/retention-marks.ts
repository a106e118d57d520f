// What an administrator sees and says of retention: numbers and days of the own committee, marks on a case, the proofs.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import {
  decideRetention,
  type RetentionCase,
  type RetentionDecision,
  type RetentionRules,
} from '../domain/retention.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'
import { stateAccess } from './audit.ts'
import { readMunicipality } from './settings.ts'

/** What the rules say today of every household with a case in the actor's committee; no case is shown. */
export async function listRetention(
  db: Db,
  actor: Actor,
  rulesOf: (municipality: string) => RetentionRules,
): Promise<RetentionDecision[]> {
  return inContext(db, actor, async (trx, at) => {
    const { code } = await readMunicipality(trx)
    const { rows } =
      await sql<RetentionCase>`select id, number, committee, household_id, merged_household_id, open,
      last_note_on, born_on, held, released_birth_day, child_inquiry, child_born_on from retention_cases() order by number`.execute(
        trx,
      )
    return decideRetention(rulesOf(code), code, rows, at.today).map((one) => ownPart(one, actor.committee))
  })
}

/** A household is decided whole, but that another committee knows it, or works with it still, is not this one's to read. */
function ownPart(decision: RetentionDecision, committee: string | null): RetentionDecision {
  const cases = decision.cases.filter((one) => one.committee === committee)
  const why = { open: 'open', held: 'held', 'child-inquiry': 'childInquiry' } as const
  const fact = Object.hasOwn(why, decision.reason) ? why[decision.reason as keyof typeof why] : null
  const ours = fact === null || cases.some((one) => one[fact])
  return { ...decision, cases, reason: ours ? decision.reason : 'not-yet' }
}

export const MARKS = ['hold', 'lift-hold', 'child-inquiry', 'birth-day-released'] as const
export type Mark = (typeof MARKS)[number]

/** Marks the case of a number. Doing it twice changes nothing. Refuses `case.unknown` for another committee's. */
export async function markCase(
  db: Db,
  actor: Actor,
  wish: { number: string; mark: Mark; childBornOn: string | null; reason: string },
): Promise<void> {
  await inContext(db, actor, async (trx) => {
    const born = wish.mark === 'child-inquiry' ? wish.childBornOn : null
    const { rows } = await sql<{ id: string | null }>`
      select mark_retention(${wish.number.trim()}, ${wish.mark}, ${born}, ${wish.reason}) as id`.execute(trx)
    const id = rows[0]?.id
    if (!id) {
      const detail = 'Inget ärende med det numret i nämnden. Kontrollera numret.'
      throw new Refusal('unprocessable', 'case.unknown', detail, [
        { pointer: '/number', code: 'case.unknown', detail },
      ])
    }
    stateAccess(trx, { purpose: wish.reason, code: wish.mark, caseIds: [id] })
  })
}

export type Proof = { at: string; households: number; rows: number; digest: string }

/** The erasures done, the latest first. */
export async function listProofs(db: Db, actor: Actor): Promise<Proof[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Proof>`select at, households, left(encode(digest, 'hex'), 16) as digest,
        (select coalesce(sum(value::int), 0)::int from jsonb_each_text(counts)) as rows
      from erasure where committee is null or committee = ${actor.committee} order by at desc limit 24`.execute(
      trx,
    )
    return rows
  })
}
