// Takes cases to the next coordination meeting: by the municipality's own conditions as they are planned, or by hand.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { ageAt } from '../domain/age.ts'
import { addDays } from '../domain/calendar.ts'
import { reasonsToNominate } from '../domain/meetings.ts'
import { nextMeetingDay, type MeetingSeries } from '../domain/meeting-series.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { lockCase, nameInDiary } from './open-case.ts'
import type { PlannedCase } from './planning.ts'
import { readMunicipality, rulesInForce } from './settings.ts'
import { refreshShown } from './shown-items.ts'
import { writeTimeline } from './timeline.ts'

/** The municipality's series, as loaded. */
export async function allSeries(trx: Trx | Db): Promise<MeetingSeries[]> {
  const rows = await trx
    .selectFrom('meetingSeries')
    .selectAll()
    .where('active', '=', true)
    .orderBy('code')
    .execute()
  return rows as MeetingSeries[]
}

/** The id of the series' next meeting that is not held yet, made when it is not there. */
export async function nextMeeting(trx: Trx, at: Moment, series: MeetingSeries): Promise<string> {
  const { workingTime } = await readMunicipality(trx)
  const { rows: known } = await sql<{ id: string; day: string; state: string; extra: boolean }>`
    select id, day, state, extra from meeting where series = ${series.code} and day >= ${at.today} order by day`.execute(
    trx,
  )
  const own = nextMeetingDay(series, at.today, workingTime)
  const held = known.some(({ day, state }) => day === own && state === 'held')
  const day = held ? nextMeetingDay(series, addDays(own, 1), workingTime) : own
  const sooner = known.find((one) => one.state === 'planned' && one.day <= day)
  if (sooner) return sooner.id
  const row = { id: randomUUID(), series: series.code, committee: series.committee, day }
  await insertRows(trx, 'meeting', [row], sql`on conflict (series, day) do nothing`)
  const { id } = await trx
    .selectFrom('meeting')
    .select('id')
    .where('series', '=', series.code)
    .where('day', '=', day)
    .executeTakeFirstOrThrow()
  return id
}

/** The meeting to which a committee's cases are nominated: one it sits in itself, else the municipality's first. */
function nominationSeries(series: readonly MeetingSeries[], committee: string, unit: string | null) {
  const own = series.filter(({ kind }) => kind === 'nomination')
  return (
    own.find((one) => one.committee === committee || (unit !== null && one.units.includes(unit))) ?? own[0]
  )
}

type Standing = { caseId: string; id: string; reasons: string[]; open: boolean }

/**
 * Nominates the planned cases that call for it, once for each reason; takes off the agenda what is settled or
 * protected. Planning the same again adds nothing.
 */
export async function nominateCases(trx: Trx, at: Moment, rows: readonly PlannedCase[]): Promise<void> {
  const { table } = (await rulesInForce(trx, 'escalation', at.today)).table
  const called = rows.flatMap((row) => {
    const reasons = row.settled === null && !isProtected(row) ? reasonsOf(row, at.today, table) : []
    return reasons.length > 0 ? [{ row, reasons }] : []
  })
  const kept = new Set(called.map(({ row }) => row.id))
  const off = rows.filter((row) => row.plannedAt !== null && !kept.has(row.id)).map((row) => row.id)
  if (off.length > 0)
    await sql`update meeting_case m set removed_on = ${at.today}, shared = '[]' from arrears_case c
      where m.case_id = any(${off}::uuid[]) and c.id = m.case_id and (c.settled is not null or c.protected)
        and m.removed_on is null and m.decided_at is null`.execute(trx)
  if (called.length === 0) return
  const series = await allSeries(trx)
  const standing = Map.groupBy(await standingIn(trx, [...kept]), ({ caseId }) => caseId)
  const nominations = called.flatMap(({ row, reasons }): Nomination[] => {
    const own = standing.get(row.id) ?? []
    const fresh = reasons.filter((code) => !own.some((one) => one.reasons.includes(code)))
    const which = nominationSeries(series, row.committee, row.unit)
    const open = own.find((one) => one.open)?.id ?? null
    return fresh.length > 0 && which ? [{ caseId: row.id, reasons: fresh, open, which }] : []
  })
  await addReasons(trx, nominations)
  const fresh = nominations.filter(({ open }) => open === null)
  for (const group of Map.groupBy(fresh, ({ which }) => which.code).values()) await nominate(trx, at, group)
}

/** `open`: the line of the agenda on which the case stands already. */
type Nomination = { caseId: string; reasons: string[]; open: string | null; which: MeetingSeries }

const isProtected = (row: PlannedCase) => (row.facts.flags ?? []).includes('protected')

type NominationTable = Parameters<typeof reasonsToNominate>[1]

function reasonsOf(row: PlannedCase, today: string, table: NominationTable): string[] {
  const facts = {
    monthsUnpaid: row.monthsUnpaid,
    repeatWithin12Months: row.repeated,
    nuisance: row.noticeType.includes('nuisance'),
    notReached: (row.facts.flags ?? []).includes('not-reached'),
    age: row.bornOn ? ageAt(row.bornOn, today) : null,
    needs: row.facts.needs ?? [],
  }
  return reasonsToNominate(facts, table).map(({ code }) => code)
}

async function standingIn(trx: Trx, caseIds: readonly string[]): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select case_id, id, reasons, decided_at is null and removed_on is null as open from meeting_case
    where case_id = any(${[...caseIds]}::uuid[]) order by nominated_on, id`.execute(trx)
  return rows
}

async function addReasons(trx: Trx, nominations: readonly Nomination[]): Promise<void> {
  const added = nominations.flatMap(({ open, reasons }) => (open ? [{ id: open, reasons }] : []))
  if (added.length === 0) return
  await sql`update meeting_case m set reasons = m.reasons || j.reasons
    from json_to_recordset(${JSON.stringify(added)}::json) as j(id uuid, reasons text[]) where m.id = j.id`.execute(
    trx,
  )
}

/** Takes cases of one series to its next meeting: a month's file may nominate hundreds at once. */
async function nominate(trx: Trx, at: Moment, group: readonly Nomination[]): Promise<void> {
  const [first] = group
  if (!first) return
  const meetingId = await nextMeeting(trx, at, first.which)
  const lines = group.map(({ caseId, reasons }) => ({ caseId, reasons }))
  await sql`insert into meeting_case (meeting_id, case_id, committee, case_number, reasons, nominated_on)
    select ${meetingId}, c.id, c.committee, c.number, j.reasons, ${at.today}
    from json_to_recordset(${JSON.stringify(lines)}::json) as j("caseId" uuid, reasons text[]) join arrears_case c on c.id = j."caseId"
    order by c.id
    on conflict (meeting_id, case_id) do update set removed_on = null, reasons = meeting_case.reasons || excluded.reasons`.execute(
    trx,
  )
  const told = group.map(({ caseId, reasons }) => {
    return { caseId, kind: 'meeting.nominated' as const, actor: 'system', detail: { meetingId, reasons } }
  })
  await writeTimeline(trx, at, told)
}

/** The reason code of what a person has nominated. */
export const BY_HAND = 'by-hand'

/** Nominates a case by hand. Nominating again answers with the meeting it stands on. Refuses a protected person's case. */
export async function nominateByHand(
  db: Db,
  actor: Actor,
  { caseId, series: code }: { caseId: string; series: string },
): Promise<{ meetingId: string }> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, caseId, null)
    const series = (await allSeries(trx)).find((one) => one.code === code)
    if (!series) refuse('meeting.unknown', 'Välj ett möte i listan.')
    const { rows } = await sql<{
      protected: boolean
    }>`select protected from arrears_case where id = ${open.id}`.execute(trx)
    if (rows[0]?.protected)
      refuse(
        'meeting.protected',
        'Personen har skyddade uppgifter och tas aldrig upp på ett möte. Låt den särskilda gruppen samråda.',
      )
    const standing = await sql<{
      meetingId: string
    }>`select m.id as meeting_id from meeting_case c join meeting m on m.id = c.meeting_id
      where c.case_id = ${open.id} and c.decided_at is null and c.removed_on is null and m.series = ${code}`.execute(
      trx,
    )
    if (standing.rows[0]) return standing.rows[0]
    const meetingId = await nextMeeting(trx, at, series)
    await sql`insert into meeting_case (meeting_id, case_id, committee, case_number, reasons, nominated_by, nominated_on)
      values (${meetingId}, ${open.id}, ${open.committee}, ${open.number}, ${[BY_HAND]}::text[], ${actor.personId}, ${at.today})
      on conflict (meeting_id, case_id) do update set removed_on = null, decided_at = null, decision = null`.execute(
      trx,
    )
    const detail = { meetingId, reasons: [BY_HAND] }
    await writeTimeline(trx, at, [
      { caseId: open.id, kind: 'meeting.nominated', actor: nameInDiary(actor), detail },
    ])
    await refreshShown(trx, at, [open.id])
    return { meetingId }
  })
}

function refuse(code: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer: '/series', code, detail }])
}
