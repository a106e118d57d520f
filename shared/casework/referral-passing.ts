// Passes a rejected referral on: to the next counsellor with the clocks it had, or to the supervisor when nobody is left.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { chooseCounsellor } from '../domain/counselling.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { addStages, ladderOf, readWatch, type Watch } from './ladders.ts'
import { queueMails } from './mail.ts'
import { releaseSlots } from './counselling-slots.ts'
import { counsellorsOf } from './counsellors.ts'
import { reviewTasks } from './reviews.ts'
import { writeTimeline } from './timeline.ts'

type Rejected = {
  id: string
  caseId: string
  committee: string
  unit: string
  createdAt: string
  recoverySafeDay: string | null
  evictionDay: string | null
  children: 'yes' | 'no' | 'unknown'
  slotMissing: boolean
  declined: string[]
}

/**
 * Passes rejected referrals of open cases on, once: a case that has an open referral again is left alone. The new one
 * keeps reasons, promises and the instant they count from, because the tenant's week does not begin again.
 */
export async function passReferrals(trx: Trx, at: Moment, referralIds: readonly string[]): Promise<void> {
  const watch = await readWatch(trx, at)
  for (const id of referralIds.toSorted()) {
    const one = await lockRejected(trx, id)
    if (one) await passOn(trx, at, one, watch)
  }
}

async function lockRejected(trx: Trx, id: string): Promise<Rejected | null> {
  const { rows } = await sql<Rejected>`
    select r.id, r.case_id, r.committee, r.unit, r.created_at, c.recovery_safe_day, c.eviction_day, c.children, r.slot_missing_at is not null as slot_missing,
      (select coalesce(array_agg(coalesce(o.rejected_by, o.counsellor)), '{}') from referral o
        where o.case_id = c.id and o.state = 'rejected' and coalesce(o.rejected_by, o.counsellor) is not null) as declined
    from referral r join arrears_case c on c.id = r.case_id
    where r.id = ${id} and r.state = 'rejected' and c.state = 'open' and c.settled is null
      and not exists (select 1 from referral o where o.case_id = c.id and o.state in ('assigned', 'accepted'))
    for update of c, r`.execute(trx)
  return rows[0] ?? null
}

async function passOn(trx: Trx, at: Moment, one: Rejected, watch: Watch): Promise<void> {
  const left = (await counsellorsOf(trx, one.unit, at.today)).filter(
    (person) => !one.declined.includes(person.id),
  )
  const next = chooseCounsellor(left, at.today)?.id ?? null
  const id = randomUUID()
  await sql`insert into referral (id, case_id, from_committee, committee, unit, counsellor, case_number, tenant_name, address, reasons,
      latest_day, answer_by, meet_by, created_at, basis, slot_missing_at)
    select ${id}, case_id, from_committee, committee, unit, ${next}::uuid, case_number, tenant_name, address, reasons,
      latest_day, answer_by, meet_by, created_at, basis, slot_missing_at from referral where id = ${one.id}`.execute(
    trx,
  )
  await releaseSlots(trx, at, [one.id])
  await watchOn(trx, at, { one, id, watch })
  await emit(trx, 'counselling.changed', [id])
  const { caseId, committee, unit } = one
  const to = next ? { personId: next } : { unit }
  await queueMails(trx, at, [{ onceKey: `referral ${id}`, template: 'referral', ...to }])
  const detail = { referralId: id, after: one.id }
  await writeTimeline(trx, at, [{ caseId, kind: 'referral.passed-on', actor: 'system', detail }])
  if (next) return
  await reviewTasks(trx, at, [{ kind: 'referral', caseId, subjectId: id, committee, unit }])
}

/** The new referral is watched from where the old one stood: steps whose time has passed are due at once, not skipped. */
async function watchOn(
  trx: Trx,
  at: Moment,
  { one, id, watch }: { one: Rejected; id: string; watch: Watch },
): Promise<void> {
  const clocks = ladderOf(
    {
      kind: 'referral',
      startedAt: one.createdAt,
      recoveryEnds: one.recoverySafeDay,
      evictionDay: one.evictionDay,
      childrenInHousehold: one.children,
      slotMissing: one.slotMissing,
    },
    watch,
  )
  const first = clocks.filter((clock) => clock.step === 1)
  await addStages(trx, at, [{ subject: { caseId: one.caseId, id }, next: first }], watch)
}
