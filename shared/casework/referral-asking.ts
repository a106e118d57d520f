// A caseworker refers a household by hand: because it has said yes, or as an offer of help that it may decline.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor } from './act.ts'
import { lockCase, nameInDiary } from './open-case.ts'
import { shownReferral, type Referral } from './referral-answers.ts'
import { writeTimeline } from './timeline.ts'

export const BASES = ['consent', 'offer'] as const
export type Basis = (typeof BASES)[number]

/** The case's referrals as the one who acts may see them, the latest first. */
export async function referralsInCase(db: Db, actor: Actor, caseId: string): Promise<Referral[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } =
      await sql<Referral>`${shownReferral} where r.case_id = ${caseId} order by r.created_at desc, r.id`.execute(
        trx,
      )
    return rows
  })
}

/**
 * Asks for budget and debt counselling; the worker finds the counsellor. The same wish again changes nothing, and a yes
 * after an offer is noted on the referral that stands. Refuses a case whose referral has come to an end.
 */
export async function askCounselling(
  db: Db,
  actor: Actor,
  { caseId, basis }: { caseId: string; basis: Basis },
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, caseId, null)
    const { rows } = await sql<{
      state: string
    }>`select state from referral where case_id = ${caseId}`.execute(trx)
    const over = rows.length > 0 && !rows.some(({ state }) => state === 'assigned' || state === 'accepted')
    if (over) {
      const detail =
        'Hänvisningen är avslutad. Ring budget- och skuldrådgivningen om hushållet vill ha hjälp igen.'
      throw new Refusal('conflict', 'referral.over', detail)
    }
    const wish = basis === 'consent' ? 'tenantAsks' : 'counsellingOffered'
    if (open.facts[wish] === true) return
    await sql`update arrears_case set facts = facts || jsonb_build_object(${wish}::text, true), version = version + 1,
      updated_at = clock_now() where id = ${caseId}`.execute(trx)
    const entry = { caseId, kind: `referral.asked-${basis}`, actor: nameInDiary(actor), detail: {} }
    await writeTimeline(trx, at, [entry])
    await emit(trx, 'case.routed', [caseId])
  })
}
