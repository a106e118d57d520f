// A story: one municipality with its people and one household, told through the real deeds while the database's clock moves.
import { readDataFile } from '../../config/files.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { answerAssignment } from '../../shared/casework/assignments.ts'
import { importClientRegister } from '../../shared/casework/client-registers.ts'
import { closeCase, type Closed, type Closing } from '../../shared/casework/closure.ts'
import { loadDemoPeople } from '../../shared/casework/demo-people.ts'
import { planEvictionDay } from '../../shared/casework/eviction-plans.ts'
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { receiveNotice, receiveUpdate } from '../../shared/casework/intake.ts'
import { actorOf, findPersonBySubject } from '../../shared/casework/people.ts'
import { recordFacts, type FactsToRecord } from '../../shared/casework/recorded-facts.ts'
import { completeTask, readTask, type Completion } from '../../shared/casework/tasks.ts'
import { recordVisit } from '../../shared/casework/visit-results.ts'
import { bookVisit } from '../../shared/casework/visits.ts'
import { evictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import { noticeBody, updateBody } from '../../shared/domain/notice-body.ts'
import { instantAt } from '../../shared/domain/calendar.ts'
import { demoPeople } from '../../services/start/demo-staff.ts'
import { landlordActor, openSpine, type Spine } from './spine.ts'
import { nameOf, viewsOf, type Row } from './story-views.ts'

export const landlord = landlordActor('Exempelhus')
const kronofogden: Actor = { ...landlordActor('kfm'), role: 'kronofogden', sender: 'client:kronofogden' }

/** What a household is in a story; `born` is ÅÅÅÅMMDD and chooses the age. */
const tenant = { name: 'Vera Exempel', address: 'Storgatan 1 lgh 1101', postalCode: '702 10', city: 'Örebro' }

const notice = {
  type: 'rent-termination',
  reference: 'H-1',
  landlord: { name: 'Exempelhus AB', organisationNumber: '559999-0115' },
  tenant: { name: tenant.name },
  dwelling: {
    address: 'Storgatan 1',
    postalCode: '702 10',
    city: 'Örebro',
    apartmentNumber: '1101',
    rooms: 2,
  },
  rents: [{ period: '2026-11', dueDate: '2026-10-30', amount: 8450 }],
  interest: 12.5,
  amountToRecover: 8462.5,
  payment: { bankgiro: '5050-1055' },
  noticeDate: '2026-11-23',
  terminatedDate: '2026-11-23',
  dispatchedDate: '2026-11-23',
  dispatchMethod: 'registered-letter',
}

/** Who does a task of each role: a username per committee, else anybody there who may. */
const PEOPLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GAN: { caseworker: 'gunilla.gan', visitor: 'besim.gan', supervisor: 'anette.gan' },
  SN: { caseworker: 'hanna.sn', visitor: 'lotta.lots', supervisor: 'christian.sn', counsellor: 'berit.bos' },
  VON: { caseworker: 'viktoria.von', visitor: 'vidar.von', supervisor: 'elisabet.von' },
  FSN: { caseworker: 'filip.fsn', supervisor: 'fredrik.fsn' },
}

export type Story = Awaited<ReturnType<typeof openStory>>

/** Opens a story at an instant given as Swedish day and time. Close it when it is told. */
export async function openStory(day: string, time = '09:00') {
  const spine = await openSpine()
  await loadDemoPeople(spine.owner, demoPeople(readDataFile('demo/people.csv')))
  await spine.moveTo(instantAt(day, time))
  return { spine, ...deedsOf(spine), ...viewsOf(spine), ...clockOf(spine), close: spine.close }
}

function clockOf(spine: Spine) {
  return {
    /** Lets time pass, stopping at whatever falls due on the way. */
    passTo: (day: string, time = '09:00') => spine.passTo(instantAt(day, time)),
    /** Sets the clock there in one step: what fell due meanwhile is found late, as after a stop of the service. */
    moveTo: (day: string, time = '09:00') => spine.moveTo(instantAt(day, time)),
  }
}

/** The person by username, as one who acts. */
export async function actorNamed(spine: Spine, username: string): Promise<Actor> {
  const person = await findPersonBySubject(spine.web, username)
  if (!person) throw new Error(`There is no ${username}`)
  return actorOf(person)
}

let key = 0
const sent = <Body>(body: unknown, read: (body: unknown) => Body) => {
  key += 1
  return { key: `story ${key}`, raw: Buffer.from(JSON.stringify(body)), body: read(body) }
}

function deedsOf(spine: Spine) {
  const lookUp = viewsOf(spine)
  return {
    /** The landlord sends a notice, and nobody has worked on it yet; `over` replaces parts of an ordinary one. */
    send: (over: object = {}) => sendNotice(spine, over),
    /** The landlord sends a notice and it is worked on. */
    notify: async (over: object = {}) => {
      const receipt = await sendNotice(spine, over)
      await spine.drain()
      return receipt
    },
    /** The landlord tells what has happened since. */
    update: async (noticeId: string, body: object) => {
      await receiveUpdate(spine.web, spine.tools, landlord, {
        ...sent(body, (one) => updateBody.parse(one)),
        noticeId,
      })
      await spine.drain()
    },
    /** Kronofogden tells of the same household. */
    enforce: async (event: string, over: object = {}) => {
      const body = { event, caseNumber: 'U-24680-26/1880', respondent: tenant, ...over }
      await receiveEvictionNotice(
        spine.web,
        spine.tools,
        kronofogden,
        sent(body, (one) => evictionNoticeBody.parse(one)),
      )
      await spine.drain()
    },
    /** Somebody of the right role in the right committee answers an open task (`T2/3`). */
    answer: async (name: string, outcome: string, over: Partial<Completion> & { by?: string } = {}) => {
      const task = (await lookUp.rows()).find((one) => one.state === 'open' && nameOf(one) === name)
      if (!task) throw new Error(`There is no open ${name}`)
      const people = PEOPLE[task.committee]
      // A counsellor's task is hers alone until the supervisor moves it.
      const own = task.role === 'counsellor' ? task.assignee : null
      const { by = own ?? people?.[task.role] ?? people?.['caseworker'] ?? '', ...completion } = over
      const actor = await actorNamed(spine, by)
      await completeTask(spine.web, actor, task.id, {
        outcome,
        note: noteFor(outcome),
        occurredAt: null,
        ...completion,
      })
      await spine.drain()
    },
    /** A committee's nightly list of its clients: `nämnd;enhet;handläggare;personnummer`. */
    register: async (committee: string, line: string) => {
      const system: Actor = { ...landlordActor('register'), role: 'system', committee }
      const csv = `committee;unit;caseworker;personnummer\n${line}`
      await importClientRegister(spine.web, spine.tools, system, Buffer.from(csv))
      await spine.drain()
    },
    /** The committee's caseworker records what has been learnt of the household. */
    record: async (facts: FactsToRecord) => {
      const { id, committee } = await lookUp.theCase()
      const actor = await actorNamed(spine, PEOPLE[committee]?.['caseworker'] ?? '')
      await recordFacts(spine.web, actor, { caseId: id, ifMatch: null }, facts)
      await spine.drain()
    },
    /** The committee's caseworker takes the case as her own. */
    own: async () => {
      const { id, committee } = await lookUp.theCase()
      const actor = await actorNamed(spine, PEOPLE[committee]?.['caseworker'] ?? '')
      const owner = await spine.worker
        .selectFrom('assignment')
        .select('id')
        .where('caseId', '=', id)
        .where('kind', '=', 'owner')
        .where('state', '=', 'active')
        .executeTakeFirstOrThrow()
      await answerAssignment(spine.web, actor, {
        caseId: id,
        assignmentId: owner.id,
        answer: 'accepted',
        reason: null,
      })
      await spine.drain()
    },
    /** A visit at ten that day by these people is booked. */
    visitIn: (caseId: string, day: string, people: string[]) => bookIn(spine, caseId, day, people),
    /** A visit of the only case; with an outcome it is also made, and recorded. */
    visit: async (day: string, people: string[], outcome?: string, consentGiven = true) => {
      const { id } = await lookUp.theCase()
      const visit = await bookIn(spine, id, day, people)
      if (!outcome) return
      await spine.moveTo(instantAt(day, '11:30'))
      const actor = await actorNamed(spine, people[0] ?? '')
      await recordVisit(spine.web, actor, id, { visitId: visit.id, outcome, consentGiven, note: null })
      await spine.drain()
    },
    /** Somebody is away, both days included. */
    away: (username: string, from: string, to: string) =>
      spine.owner
        .updateTable('person')
        .set({ absentFrom: from, absentTo: to })
        .where('username', '=', username)
        .execute(),
    /** Every story ends: what is left is answered so that nothing more follows, and the case is closed. */
    tellToTheEnd: async () => {
      const { id, state, stage, facts } = await lookUp.theCase()
      if (state !== 'open') return
      const next = async () => (await lookUp.rows()).find((task) => task.state === 'open')
      for (let task = await next(); task; task = await next()) await answerQuietly(spine, id, task)
      const outcome = stage === 'executed' ? 'VERKSTALLD' : 'BETALD_SJALV'
      const known = facts as { housingAfter?: string }
      await finish(spine, lookUp, { outcome, housingAfter: known.housingAfter ?? 'HS1' })
    },
    /** The caseworker closes the case as it stands now. */
    finish: (closing: Partial<Closing> & { outcome: string; by?: string }): Promise<Closed> =>
      finish(spine, lookUp, closing),
  }
}

const sendNotice = (spine: Spine, over: object) =>
  receiveNotice(
    spine.web,
    spine.tools,
    landlord,
    sent({ ...notice, ...over }, (body) => noticeBody.parse(body)),
  )

/** Answers after which nothing more is asked for. */
const QUIET: ReadonlySet<string> = new Set(
  'KLAR PROVAD NADD_TACKAR_NEJ GENOMFORT AVBOJDE NEJ BEKRAFTAD PLAN_BESLUTAD EJ_BEHOVLIG BOR_KVAR INGEN_OROSANMALAN INTE_KANDA INGEN_UTREDNING UPPHORD TACKAR_NEJ'.split(
    ' ',
  ),
)

async function answerQuietly(spine: Spine, caseId: string, task: Row): Promise<void> {
  const actor = await actorNamed(spine, PEOPLE[task.committee]?.['caseworker'] ?? '')
  // The day of the eviction is not planned by saying so.
  if (/^T10\/6c?$/.test(nameOf(task)) && (await isDaySet(spine, caseId)))
    return planQuietly(spine, actor, caseId)
  const { answers } = await readTask(spine.web, actor, task.id)
  const outcome = answers.find((one) => QUIET.has(one)) ?? answers[0] ?? 'KLAR'
  await completeTask(spine.web, actor, task.id, { outcome, note: noteFor(outcome), occurredAt: null })
  await spine.drain()
}

async function isDaySet(spine: Spine, caseId: string): Promise<boolean> {
  const found = await spine.owner
    .selectFrom('arrearsCase')
    .select('stage')
    .where('id', '=', caseId)
    .executeTakeFirst()
  return found?.stage === 'date-set'
}

async function planQuietly(spine: Spine, actor: Actor, caseId: string): Promise<void> {
  const words = {
    night: 'Hos en syster.',
    children: 'Inga.',
    pets: 'Inga.',
    medicine: 'Ingen.',
    belongings: 'Packat.',
  }
  await planEvictionDay(spine.web, actor, { caseId, plan: { ...words, present: [actor.personId ?? ''] } })
  await spine.drain()
}

// Screening asks why the case is not another committee's, and the law why a child is or is not reported.
const NOTES: Readonly<Record<string, string>> = {
  PROVAD: 'Bara skuld: ingen annan nämnd berörs.',
  OROSANMALAN: 'Barnen saknar sovplats.',
  INGEN_OROSANMALAN: 'Barnen har det bra.',
  INGEN_UTREDNING: 'Skulden är redan löst.',
}
const noteFor = (outcome: string) => NOTES[outcome] ?? null

async function bookIn(spine: Spine, caseId: string, day: string, people: string[]) {
  const actors = await Promise.all(people.map((name) => actorNamed(spine, name)))
  const [actor] = actors as [Actor]
  return bookVisit(spine.web, actor, {
    caseId,
    ifMatch: null,
    startsAt: instantAt(day, '10:00'),
    minutes: 60,
    visitors: actors.map(({ personId }) => personId ?? ''),
    announced: true,
    reason: null,
    taskId: null,
  })
}

async function finish(
  spine: Spine,
  lookUp: ReturnType<typeof viewsOf>,
  { by, ...closing }: Partial<Closing> & { outcome: string; by?: string },
): Promise<Closed> {
  const { id, version, committee } = await lookUp.theCase()
  const actor = await actorNamed(spine, by ?? PEOPLE[committee]?.['caseworker'] ?? '')
  const closed = await closeCase(spine.web, actor, {
    caseId: id,
    ifMatch: version,
    on: null,
    source: 'hyresvärden',
    cause: 'HYRA_ENSTAKA',
    housingAfter: null,
    ...closing,
  })
  await spine.drain()
  return closed
}
