// What a counsellor does with a referral: accept, hand back with a reason, answer the tenant, meet. Each once, in order.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { nameInDiary, noSuch } from './open-case.ts'
import { openCarried, placeBehind, type CarriedPlace } from './sealed-addresses.ts'
import { demandPast } from './tasks.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

/** A referral with what the counsellor needs of a case she may not see. */
export type Referral = {
  id: string
  caseId: string
  caseNumber: string
  tenantName: string
  address: string
  fromCommittee: string
  committee: string
  unit: string
  counsellor: string | null
  counsellorName: string | null
  state: 'assigned' | 'accepted' | 'rejected' | 'ended'
  reasons: { code: string; sentence: { sv: string; en: string } }[]
  latestDay: string | null
  answerBy: string
  meetBy: string
  acceptedAt: string | null
  firstAnswerAt: string | null
  meetingAt: string | null
  basis: 'offer' | 'consent'
  slotMissingAt: string | null
  alternativeAt: string | null
  rejectedReason: string | null
  endedReason: string | null
  createdAt: string
}

const shown = sql`r.id, r.case_id, r.case_number, r.tenant_name, r.address, r.from_committee, r.committee, r.unit, r.counsellor,
  p.name as counsellor_name, r.state, r.reasons, r.latest_day, r.answer_by, r.meet_by, r.accepted_at, r.first_answer_at, r.meeting_at,
  r.rejected_reason, r.ended_reason, r.created_at, r.basis, r.slot_missing_at, r.alternative_at, ${placeBehind('r')}`
type Stored = Referral & CarriedPlace
const sources = sql`referral r left join person p on p.id = r.counsellor`

/** Referrals with whose they are, to be narrowed by the caller. */
export const shownReferral = sql`select ${shown} from ${sources}`

/** `counsellor`: a person's id, or `none` for what nobody has taken. `state` null: those that are open. */
export type ReferralWish = {
  state: Referral['state'] | null
  counsellor: string | null
  limit: number
  page: number
}

/** The referrals of the actor's committee, and those it has made; the nearest clock first. */
export async function listReferrals(
  db: Db,
  tools: Tools,
  actor: Actor,
  wish: ReferralWish,
): Promise<{ referrals: Referral[]; total: number }> {
  return inContext(db, actor, async (trx) => {
    const states = wish.state ? [wish.state] : ['assigned', 'accepted']
    const whose =
      wish.counsellor === null
        ? sql`true`
        : wish.counsellor === 'none'
          ? sql`r.counsellor is null`
          : sql`r.counsellor = ${wish.counsellor}::uuid`
    const where = sql`r.state = any(${states}::text[]) and ${whose}`
    const { rows } = await sql<Stored>`select ${shown} from ${sources} where ${where}
      order by case when r.first_answer_at is null then r.answer_by else r.meet_by end, r.id
      limit ${wish.limit} offset ${(wish.page - 1) * wish.limit}`.execute(trx)
    const counted = await sql<{
      total: number
    }>`select count(*)::int as total from referral r where ${where}`.execute(trx)
    return { referrals: rows.map((row) => openCarried(tools.keys, row)), total: counted.rows[0]?.total ?? 0 }
  })
}

/** One referral. Refuses `not-found`. */
export async function readReferral(db: Db, tools: Tools, actor: Actor, id: string): Promise<Referral> {
  return inContext(db, actor, async (trx) => openCarried(tools.keys, await findReferral(trx, id)))
}

/** One referral within a transaction, its address sealed where it is. Refuses `not-found`. */
export async function findReferral(trx: Trx, id: string): Promise<Stored> {
  const { rows } = await sql<Stored>`select ${shown} from ${sources} where r.id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

/**
 * Locks a referral that the actor may answer: the committee that got it, or the referring committee's own case system,
 * which only records what the counsellor has told it. The referring committee's people read it and no more.
 */
export async function lockReferral(trx: Trx, actor: Actor, id: string): Promise<Referral> {
  const { rows } =
    await sql<Referral>`select ${shown} from ${sources} where r.id = ${id} for update of r`.execute(trx)
  if (!rows[0]) throw noSuch()
  const recorded = actor.role === 'system' && rows[0].fromCommittee === actor.committee
  if (rows[0].committee !== actor.committee && !recorded) {
    const detail = 'Bara den enhet som har fått hänvisningen svarar på den. Ni kan följa den här.'
    throw new Refusal('forbidden', 'referral.other-committee', detail)
  }
  return rows[0]
}

type Change = { kind: string; set: ReturnType<typeof sql>; detail?: object }

/** Runs one step: nothing when it has been taken already, a refusal when it may not be, else the step and its note. */
async function step(
  db: Db,
  actor: Actor,
  id: string,
  decide: (found: Referral, at: Moment) => Change | null,
): Promise<Referral> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockReferral(trx, actor, id)
    const change = decide(found, at)
    if (!change) return found
    await sql`update referral set ${change.set}, seen_at = coalesce(seen_at, ${at.now}), version = version + 1 where id = ${id}`.execute(
      trx,
    )
    const detail = { referralId: id, ...change.detail }
    await writeTimeline(trx, at, [
      { caseId: found.caseId, kind: change.kind, actor: nameInDiary(actor), detail },
    ])
    if (change.kind === 'referral.rejected') await emit(trx, 'referral.rejected', [id])
    if (change.kind === 'referral.accepted') await emit(trx, 'counselling.changed', [id])
    return findReferral(trx, id)
  })
}

function refuse(code: string, detail: string): never {
  throw new Refusal('conflict', code, detail)
}

/** Refuses a referral that has ended or been given back. */
export function refuseClosed(found: Referral): void {
  if (found.state === 'ended')
    refuse('referral.ended', 'Hänvisningen är avslutad. Läs varför, inget mer behövs.')
  if (found.state === 'rejected') refuse('referral.rejected', 'Hänvisningen är avvisad och har gått vidare.')
}

/** Takes a referral. A colleague's is refused: the supervisor moves it, so that two never call the same family. */
export function acceptReferral(db: Db, actor: Actor, id: string): Promise<Referral> {
  return step(db, actor, id, (found, at) => {
    refuseClosed(found)
    const others = found.counsellor !== null && actor.personId !== null && found.counsellor !== actor.personId
    if (others)
      refuse('referral.colleague', 'Hänvisningen är tilldelad en kollega. Be enhetschefen flytta den.')
    if (found.state === 'accepted') return null
    const set = sql`state = 'accepted', accepted_at = ${at.now}, counsellor = coalesce(counsellor, ${actor.personId}::uuid)`
    return { kind: 'referral.accepted', set }
  })
}

/** Hands a referral back with a reason; the next counsellor or the supervisor gets it, and the clocks run on. */
export function rejectReferral(db: Db, actor: Actor, id: string, reason: string): Promise<Referral> {
  return step(db, actor, id, (found, at) => {
    if (found.state === 'rejected') return null
    refuseClosed(found)
    const set = sql`state = 'rejected', rejected_reason = ${reason}, rejected_by = ${actor.personId}, ended_at = ${at.now}`
    return { kind: 'referral.rejected', set }
  })
}

/** Refuses a referral that nobody has accepted. */
export function demandAccepted(found: Referral): void {
  refuseClosed(found)
  if (found.state === 'assigned') refuse('referral.not-accepted', 'Acceptera hänvisningen först.')
}

/** Notes that the tenant has had a first answer; what stops the 48-hour clock. `occurredAt` null: now. */
export function answerTenant(db: Db, actor: Actor, id: string, occurredAt: string | null): Promise<Referral> {
  return step(db, actor, id, (found, at) => {
    demandAccepted(found)
    if (found.firstAnswerAt !== null) return null
    const answered = demandPast(occurredAt, at.now)
    return { kind: 'referral.answered', set: sql`first_answer_at = ${answered}` }
  })
}
