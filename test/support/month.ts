// The demo month sent in through the real deeds, and what came of it told by what people would recognise it by.
import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { readDataFile } from '../../config/files.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { loadDemoPeople } from '../../shared/casework/demo-people.ts'
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { receiveNotice, receiveUpdate } from '../../shared/casework/intake.ts'
import { receiveNoticeFile } from '../../shared/casework/notice-files.ts'
import type { Db } from '../../shared/db/open.ts'
import { evictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import { noticeBody, updateBody } from '../../shared/domain/notice-body.ts'
import { demoPeople } from '../../services/start/demo-staff.ts'
import { landlordActor, type Spine } from './spine.ts'

type Line = { id: string; client: string; reference?: string; body: unknown }

const folder = new URL('../../config/demo/', import.meta.url)
const demo = JSON.parse(readFileSync(new URL('demo.json', folder), 'utf8')) as {
  baseDay: string
  files: { name: string; client: string }[]
}
const actors: Record<string, Actor> = {
  landlord: landlordActor('landlord'),
  landlord2: landlordActor('landlord2'),
  kronofogden: { ...landlordActor('kronofogden'), role: 'kronofogden', sender: 'client:kronofogden' },
}
const actorOf = (client: string): Actor => actors[client] ?? landlordActor(client)

const linesOf = (name: string): Line[] =>
  readFileSync(new URL(name, folder), 'utf8')
    .split('\n')
    .filter((text) => text.trim() !== '')
    .map((text) => JSON.parse(text) as Line)

/** Noon of the day the demo was written for. */
export const noon = `${demo.baseDay}T12:00:00+01:00`

/** Loads the demo's people, so that work finds somebody to go to. */
export const loadPeople = (spine: Spine) =>
  loadDemoPeople(spine.owner, demoPeople(readDataFile('demo/people.csv')))

const sent = (id: string, body: unknown) => ({ key: id, raw: Buffer.from(JSON.stringify(body)) })

/** Sends the month's files, single notices and events; `work` is called where updates need what came of them. */
export async function sendMonth({ web, tools, owner }: Spine, work: () => Promise<void>): Promise<void> {
  for (const { name, client } of demo.files) {
    const bytes = readFileSync(new URL(name, folder))
    await receiveNoticeFile(web, tools, actorOf(client), { name, bytes, key: name })
    await work() // one file after the other: which of two repeats came first is part of the outcome
  }
  for (const { id, client, body } of linesOf('notices.jsonl'))
    await receiveNotice(web, tools, actorOf(client), { ...sent(id, body), body: noticeBody.parse(body) })
  for (const { id, client, reference = '', body } of linesOf('updates.jsonl')) {
    const notice = await owner
      .selectFrom('notice')
      .select('id')
      .where('reference', '=', reference)
      .orderBy('receivedAt')
      .executeTakeFirstOrThrow()
    await receiveUpdate(web, tools, actorOf(client), {
      ...sent(id, body),
      body: updateBody.parse(body),
      noticeId: notice.id,
    })
  }
  for (const { id, client, body } of linesOf('evictions.jsonl'))
    await receiveEvictionNotice(web, tools, actorOf(client), {
      ...sent(id, body),
      body: evictionNoticeBody.parse(body),
    })
  await work()
}

// A case has no name of its own but what it is about: the references and enforcement numbers joined to it.
const named = `with named as (select c.*, concat_ws(' ', (select string_agg(distinct n.reference, ' ' order by n.reference) from notice n where n.case_id = c.id),
  (select string_agg(distinct e.case_number, ' ' order by e.case_number) from eviction_notice e where e.case_id = c.id)) as name from arrears_case c)`

const views: Record<string, string> = {
  cases: `${named} select concat_ws('|', name, state, stage, committee, unit, months_unpaid, amount_owed, repeated, recovery_safe_day, eviction_day, settled, routing_row) from named`,
  tasks: `${named} select concat_ws('|', c.name, t.template, t.title_sv, t.due_on, t.state, t.ended_reason, t.unit, t.role) from task t left join named c on c.id = t.case_id`,
  deadlines: `${named} select concat_ws('|', c.name, d.kind, d.raw_date, d.last_day, d.safe_day, d.state, d.basis) from deadline d join named c on c.id = d.case_id where superseded_at is null`,
  referrals: `${named} select concat_ws('|', c.name, r.committee, r.unit, r.state, r.latest_day) from referral r join named c on c.id = r.case_id`,
  owners: `${named} select concat_ws('|', c.name, a.kind, a.committee, a.unit, a.state) from assignment a join named c on c.id = a.case_id where a.state in ('active', 'accepted')`,
  ladders: `${named} select concat_ws('|', c.name, s.trigger, s.step, (s.due_at at time zone 'Europe/Stockholm')::date, s.fired_at is not null, s.stop_reason) from stage s join named c on c.id = s.case_id where s.stopped_at is null`,
}

/** What came of the month: every line is something a person would miss if it were not there. */
export async function outcomeOf(db: Db): Promise<Record<string, string[]>> {
  const told: Record<string, string[]> = {}
  for (const [what, view] of Object.entries(views)) {
    const { rows } = await sql<Record<string, string>>`${sql.raw(view)}`.execute(db)
    told[what] = rows.map((row) => Object.values(row)[0] ?? '').toSorted()
  }
  return told
}
