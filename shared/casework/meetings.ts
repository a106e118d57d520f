// Coordination meetings: which come, and what is on the agenda for the one who reads it.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { agendaOf } from '../domain/meetings.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { allSeries, BY_HAND, nextMeeting } from './nominations.ts'
import { noSuch } from './open-case.ts'
import { rulesInForce } from './settings.ts'
import { itemsOn, type ShownItem } from './shown-items.ts'

/** A meeting in a list. `agenda` counts what the reader may see of it. */
export type MeetingLine = {
  id: string
  series: string
  nameSv: string
  nameEn: string
  kind: string
  day: string
  time: string
  place: string
  extra: boolean
  state: 'planned' | 'held'
  agenda: number
}

const sits = (actor: Actor) => sql`(s.committee = ${actor.committee} or ${actor.unit} = any(s.units))`
const line = sql`m.id, m.series, s.name_sv, s.name_en, s.kind, m.day, s.time, s.place, m.extra, m.state,
  (select count(*)::int from meeting_case k where k.meeting_id = m.id and k.removed_on is null) as agenda`

/** The meetings of the actor's committee and unit: what comes, and what has been, the latest first. */
export async function listMeetings(
  db: Db,
  actor: Actor,
): Promise<{ coming: MeetingLine[]; held: MeetingLine[] }> {
  return inContext(db, actor, async (trx, at) => {
    const own = (await allSeries(trx)).filter(
      ({ committee, units }) => committee === actor.committee || units.includes(actor.unit ?? ''),
    )
    for (const series of own) await nextMeeting(trx, at, series)
    const { rows } =
      await sql<MeetingLine>`select ${line} from meeting m join meeting_series s on s.code = m.series
      where ${sits(actor)} order by m.day desc, m.series limit 100`.execute(trx)
    const coming = rows.filter(({ state, day }) => state === 'planned' && day >= at.today)
    return { coming: coming.toReversed(), held: rows.filter((row) => !coming.includes(row)) }
  })
}

/** A case on the agenda. `own`: of the reader's committee; of another's only `items` are there, and no case to open. */
export type AgendaLine = {
  id: string
  caseId: string | null
  caseNumber: string
  own: boolean
  stage: string | null
  nearestStop: string | null
  children: boolean
  reasons: { sv: string; en: string }[]
  items: ShownItem[]
  decision: string | null
  responsible: string | null
  dueOn: string | null
}

/** What a landlord has sent since the last meeting of its series. */
export type LandlordLine = {
  number: string
  type: string
  receivedOn: string
  caseId: string
  caseNumber: string
}

export type MeetingView = MeetingLine & {
  units: string[]
  partners: string[]
  lines: AgendaLine[]
  landlordList: LandlordLine[]
}

/** One meeting with its agenda as this reader may see it. Refuses `not-found` for a meeting in which they do not sit. */
export async function readMeeting(db: Db, actor: Actor, meetingId: string): Promise<MeetingView> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<
      MeetingLine & { unitNames: string[]; partners: string[]; landlord: string | null }
    >`
      select ${line}, s.partners, s.landlord,
        (select coalesce(array_agg(u.name_sv order by u.name_sv), '{}') from unit u where u.code = any(s.units)) as unit_names
      from meeting m join meeting_series s on s.code = m.series where m.id = ${meetingId} and ${sits(actor)}`.execute(
      trx,
    )
    const [found] = rows
    if (!found) throw noSuch()
    const { unitNames, landlord, ...meeting } = found
    const lines = await agendaFor(trx, at, actor, meetingId)
    const landlordList = landlord ? await landlordListOf(trx, meeting, landlord) : []
    return { ...meeting, units: unitNames, lines, landlordList }
  })
}

type AgendaRow = {
  id: string
  caseId: string
  caseNumber: string
  own: boolean
  stage: string | null
  nearestStop: string | null
  children: boolean
  codes: string[]
  shared: ShownItem[]
  nominatedOn: string
  decision: string | null
  responsible: string | null
  dueOn: string | null
}

/** Row-level security lets through own cases and what others share; a protected person's case never comes here. */
async function agendaFor(trx: Trx, at: Moment, actor: Actor, meetingId: string): Promise<AgendaLine[]> {
  const { rows } = await sql<AgendaRow>`
    select k.id, k.case_id, k.case_number, c.id is not null as own, c.stage, c.children = 'yes' as children, k.reasons as codes, k.shared,
      k.nominated_on, k.decision, p.name as responsible, k.due_on,
      least(case when c.stage = 'date-set' then c.eviction_day end, case when c.settled is null then c.recovery_safe_day end) as nearest_stop
    from meeting_case k left join arrears_case c on c.id = k.case_id and c.committee = ${actor.committee} left join person p on p.id = k.responsible
    where k.meeting_id = ${meetingId} and k.removed_on is null and not coalesce(c.protected, false)`.execute(
    trx,
  )
  const { nominate } = (await rulesInForce(trx, 'escalation', at.today)).table.table
  const byCase = new Map(rows.map((row) => [row.caseId, row]))
  const order = agendaOf(rows.map((row) => ({ ...row, children: row.children ?? false })))
  return order.flatMap(({ caseId }) => {
    const row = byCase.get(caseId)
    return row ? [lineOf(row, nominate, at.today)] : []
  })
}

/** A reason that speaks of health is not shown in a list (lag 2001:454 7 a §). */
const NOT_IN_LISTS: ReadonlySet<string> = new Set(['mental-health'])
const OTHER_REASON = { sv: 'Annat skäl, se ärendet', en: 'Another reason, see the case' }
const ASKED_FOR = { sv: 'Nominerat för hand', en: 'Nominated by hand' }

function lineOf(
  row: AgendaRow,
  nominate: readonly { code: string; title: { sv: string; en: string } }[],
  today: string,
): AgendaLine {
  const words = (code: string) =>
    code === BY_HAND
      ? ASKED_FOR
      : NOT_IN_LISTS.has(code)
        ? OTHER_REASON
        : (nominate.find((rule) => rule.code === code)?.title ?? OTHER_REASON)
  const { id, caseNumber, own, stage, nearestStop, children, decision, responsible, dueOn } = row
  const seen = { id, caseNumber, own, items: itemsOn(row.shared, today) }
  if (!own)
    return {
      ...seen,
      caseId: null,
      stage: null,
      nearestStop: null,
      children: false,
      reasons: [],
      decision: null,
      responsible: null,
      dueOn: null,
    }
  const reasons = row.codes.map(words)
  return { ...seen, caseId: row.caseId, stage, nearestStop, children, reasons, decision, responsible, dueOn }
}

async function landlordListOf(trx: Trx, meeting: MeetingLine, landlord: string): Promise<LandlordLine[]> {
  const { rows } = await sql<LandlordLine>`
    select n.number, n.type, n.received_on, c.id as case_id, c.number as case_number
    from notice n join arrears_case c on c.id = n.case_id and not c.protected
    where n.content #>> '{landlord,organisationNumber}' in (${landlord}, ${landlord.replace(/(\d{6})(\d{4})/, '$1-$2')})
      and n.duplicate_of is null and n.received_on <= ${meeting.day}
      and n.received_on > coalesce((select max(b.day) from meeting b where b.series = ${meeting.series} and b.day < ${meeting.day}), ${meeting.day}::date - 31)
    order by n.received_on, n.number limit 500`.execute(trx)
  return rows
}

/** The meetings at which a case stands or has stood, the latest first. */
export async function meetingsOfCase(
  trx: Trx,
  caseId: string,
): Promise<{ id: string; nameSv: string; nameEn: string; day: string; decision: string | null }[]> {
  const { rows } = await sql<{
    id: string
    nameSv: string
    nameEn: string
    day: string
    decision: string | null
  }>`
    select m.id, s.name_sv, s.name_en, m.day, k.decision from meeting_case k join meeting m on m.id = k.meeting_id join meeting_series s on s.code = m.series
    where k.case_id = ${caseId} and (k.removed_on is null or k.decision is not null) order by m.day desc limit 20`.execute(
    trx,
  )
  return rows
}
