// The inventory of counselling times: made ahead by the pattern, booked once, freed again, and looked through when something moves.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { addDays, localDateOf } from '../domain/calendar.ts'
import { fitSlots, slotsAhead, USUAL_HOURS, type CounsellingHours } from '../domain/counselling-slots.ts'
import type { MeetingSlot } from '../domain/counselling.ts'
import { lockTexts, type Moment } from './act.ts'
import { tell } from './escalation.ts'
import { addStages, ladderOf, readWatch, type Watch } from './ladders.ts'
import { readDirectory, toldIn } from './recipients.ts'
import type { Municipality } from './settings.ts'
import { writeTimeline } from './timeline.ts'

/** The municipality's hours, with what it has not decided as usual. */
export function hoursOf(municipality: Municipality): CounsellingHours {
  return { ...USUAL_HOURS, ...municipality.counselling }
}

/** Makes the times of the coming weeks for counsellors who lack them. Again, or by two at once, adds nothing. */
export async function ensureSlots(
  trx: Trx,
  at: Moment,
  unit: string,
  municipality: Municipality,
): Promise<void> {
  const hours = hoursOf(municipality)
  const lastWeek = addDays(at.today, hours.weeksAhead * 7 - 7)
  const lacking = await sql<{ id: string }>`select p.id from person p
    where p.role = 'counsellor' and p.unit = ${unit} and p.active and not exists (
      select 1 from counselling_slot s where s.counsellor = p.id and s.source = 'pattern' and s.day > ${lastWeek}::date)
    order by p.id`.execute(trx)
  if (lacking.rows.length === 0) return
  const times = slotsAhead(hours, municipality.workingTime, at.today)
  await sql`insert into counselling_slot (unit, counsellor, day, starts_at, ends_at, created_at)
    select ${unit}, c.id, t."day", t."startsAt", t."endsAt", ${at.now}
    from unnest(${lacking.rows.map(({ id }) => id)}::uuid[]) as c(id)
      cross join json_to_recordset(${JSON.stringify(times)}::json) as t("day" date, "startsAt" timestamptz, "endsAt" timestamptz)
    order by c.id, t."startsAt" on conflict do nothing`.execute(trx)
}

/** A time with whose it is. */
export type NamedSlot = MeetingSlot & { endsAt: string; counsellorName: string }

/** The unit's free times from tomorrow on, of counsellors who are there that day, the earliest first. */
export async function freeSlots(trx: Trx, at: Moment, unit: string): Promise<NamedSlot[]> {
  const { rows } = await sql<NamedSlot>`
    select s.id, s.counsellor as counsellor_id, s.day, s.starts_at, s.ends_at, false as taken, p.name as counsellor_name
    from counselling_slot s join person p on p.id = s.counsellor and p.active
    where s.unit = ${unit} and s.referral_id is null and s.withdrawn_at is null and s.day > ${at.today}::date
      and not (p.absent_from is not null and s.day between p.absent_from and coalesce(p.absent_to, '9999-12-31'))
      and not exists (select 1 from absence a where a.person_id = p.id and a.withdrawn_at is null
        and s.day between a.away_from and a.away_to)
    order by s.starts_at, s.id`.execute(trx)
  return rows
}

/** Frees the times to come of referrals that have ended or been handed back. */
export async function releaseSlots(trx: Trx, at: Moment, referralIds: readonly string[]): Promise<void> {
  await sql`update counselling_slot set referral_id = null, booked_at = null
    where referral_id = any(${[...referralIds]}::uuid[]) and starts_at > ${at.now}`.execute(trx)
}

type Waiting = {
  id: string
  caseId: string
  unit: string
  committee: string
  counsellorId: string | null
  latestDay: string | null
  createdAt: string
  recoverySafeDay: string | null
  evictionDay: string | null
  children: 'yes' | 'no' | 'unknown'
}

/**
 * Looks whether each referral of these units that still needs a time could have one early enough, after something moved:
 * a time was taken, a deadline came nearer, somebody is away. For one that could not, the supervisor is told, once.
 */
export async function recheckSlots(trx: Trx, at: Moment, referralIds: readonly string[]): Promise<void> {
  const units = await sql<{
    unit: string
  }>`select distinct unit from referral where id = any(${[...referralIds]}::uuid[]) order by unit`.execute(
    trx,
  )
  const watch = await readWatch(trx, at)
  for (const { unit } of units.rows) {
    await lockTexts(trx, [`counselling ${unit}`])
    await recheckUnit(trx, at, unit, watch)
  }
}

async function recheckUnit(trx: Trx, at: Moment, unit: string, watch: Watch): Promise<void> {
  await ensureSlots(trx, at, unit, watch.municipality)
  const waiting = await waitingIn(trx, unit)
  const fitting = fitSlots(waiting, await freeSlots(trx, at, unit), addDays(at.today, 1))
  const missing = waiting.filter(({ id }) => fitting.get(id) === null)
  await noteMissing(trx, at, missing, watch)
  const most = hoursOf(watch.municipality).waitMostDays
  const late = waiting.filter(({ id, createdAt }) => {
    const slot = fitting.get(id)
    return !slot || slot.day > addDays(localDateOf(createdAt), most)
  })
  await tellLongWait(trx, at, late, most)
}

/** Those without a meeting, or with one that would come too late; the nearest end first, and children before others. */
async function waitingIn(trx: Trx, unit: string): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select r.id, r.case_id, r.unit, r.committee, r.counsellor as counsellor_id, r.latest_day, r.created_at,
      c.recovery_safe_day, c.eviction_day, c.children
    from referral r join arrears_case c on c.id = r.case_id
    where r.unit = ${unit} and r.state in ('assigned', 'accepted')
      and (r.meeting_at is null or (r.meeting_at at time zone 'Europe/Stockholm')::date > r.latest_day)
    order by coalesce(r.latest_day, '9999-12-31'), c.children <> 'yes', r.created_at, r.id`.execute(trx)
  return rows
}

async function noteMissing(trx: Trx, at: Moment, missing: readonly Waiting[], watch: Watch): Promise<void> {
  const { rows } = await sql<{ id: string }>`update referral set slot_missing_at = ${at.now}
    where id = any(${missing.map(({ id }) => id)}::uuid[]) and slot_missing_at is null returning id`.execute(
    trx,
  )
  const fresh = missing.filter(({ id }) => rows.some((row) => row.id === id))
  if (fresh.length === 0) return
  const wanted = fresh.map((one) => {
    const clocks = ladderOf({ ...watchedOf(one), startedAt: at.now, slotMissing: true }, watch)
    const next = clocks.filter(({ trigger, step }) => trigger === 'referral-no-slot' && step === 1)
    return { subject: { caseId: one.caseId, id: one.id }, next }
  })
  await addStages(trx, at, wanted, watch)
  const entries = fresh.map(({ id, caseId }) => ({
    caseId,
    kind: 'referral.no-slot',
    actor: 'system',
    detail: { referralId: id },
  }))
  await writeTimeline(trx, at, entries)
}

const watchedOf = ({ createdAt, recoverySafeDay, evictionDay, children }: Waiting) => ({
  kind: 'referral' as const,
  startedAt: createdAt,
  recoveryEnds: recoverySafeDay,
  evictionDay,
  childrenInHousehold: children,
})

const LONG_WAIT = {
  sv: 'Väntetiden till budget- och skuldrådgivningen är längre än {days} dagar',
  en: 'The wait for budget and debt counselling is longer than {days} days',
}

/** One alert to the unit's supervisor for each referral whose wait is too long, as the municipality has decided. */
async function tellLongWait(trx: Trx, at: Moment, late: readonly Waiting[], most: number): Promise<void> {
  if (late.length === 0) return
  const directory = await readDirectory(trx, at.today)
  const said = (text: string) => text.replace('{days}', String(most))
  const alerts = late.map((one) => ({
    stageId: null,
    caseId: null,
    subjectId: one.id,
    trigger: 'counselling-wait',
    step: 1,
    urgency: 2,
    lateSeconds: 0,
    title: { sv: said(LONG_WAIT.sv), en: said(LONG_WAIT.en) },
    told: toldIn(
      'unit-supervisor',
      {
        committee: one.committee,
        unit: one.unit,
        assignee: null,
        counsellor: null,
        counsellorCommittee: one.committee,
      },
      directory,
    ),
  }))
  await tell(trx, at, alerts)
}
