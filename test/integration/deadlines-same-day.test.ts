// The same-day duty (SoF 2025:468 11:3): a task due that day whatever the hour, the letter prepared, the duty list told.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inContext } from '../../shared/casework/act.ts'
import { confirmationLetter } from '../../shared/casework/confirmation.ts'
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { completeTask } from '../../shared/casework/tasks.ts'
import type { EvictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import {
  caseOf,
  freshDates,
  openTasks,
  staffActor,
  storedDates,
  timelineOf,
} from '../support/deadline-case.ts'
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import type { LetterTemplate } from '../../shared/domain/letter-template.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'

let templates: LetterTemplate[]
let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  templates = await lettersInForce(spine.web)
})
afterAll(async () => spine.close())

const kronofogden = { ...landlordActor('kfm'), role: 'kronofogden', sender: 'client:kronofogden' }
let sent = 0

function eviction(n: number, change: Partial<EvictionNoticeBody> = {}): EvictionNoticeBody {
  return {
    event: 'date-set',
    caseNumber: `U-${n}-26/0210`,
    occurredOn: '2026-12-10',
    respondent: { name: `Bo Exempel ${n}`, address: `Ringgatan ${n}`, postalCode: '702 10', city: 'Örebro' },
    applicant: { name: 'Exempelfastigheter i Örebro AB' },
    evictionAt: '2027-01-14T08:00:00Z',
    childrenInHousehold: 'unknown',
    ...change,
  }
}

async function send(body: EvictionNoticeBody) {
  sent += 1
  const raw = Buffer.from(JSON.stringify(body))
  const receipt = await receiveEvictionNotice(spine.web, spine.tools, kronofogden, {
    key: `e${sent}`,
    raw,
    body,
  })
  await spine.drain()
  expect(spine.failures).toEqual([])
  return receipt
}

const alertsOf = (caseId: string) =>
  spine.worker
    .selectFrom('alert')
    .select(['step', 'recipient', 'urgency', 'unit', 'createdAt'])
    .where('caseId', '=', caseId)
    .where('trigger', '=', 'same-day-confirmation-untaken')
    .orderBy('step')
    .execute()

describe.each([
  {
    name: 'a Saturday',
    n: 1,
    at: '2026-12-12T13:00:00Z',
    day: '2026-12-12',
    dueAt: '2026-12-12T16:00:00.000Z',
    told: '2026-12-12T15:05:00Z',
  },
  {
    name: 'half past eleven at night',
    n: 2,
    at: '2026-12-15T22:30:00Z',
    day: '2026-12-15',
    dueAt: '2026-12-15T23:00:00.000Z',
    told: '2026-12-16T00:35:00Z',
  },
  {
    name: 'half past midnight',
    n: 3,
    at: '2026-12-16T23:30:00Z',
    day: '2026-12-17',
    dueAt: '2026-12-17T16:00:00.000Z',
    told: '2026-12-17T01:35:00Z',
  },
  {
    name: 'Christmas Eve at ten',
    n: 4,
    at: '2026-12-24T09:00:00Z',
    day: '2026-12-24',
    dueAt: '2026-12-24T16:00:00.000Z',
    told: '2026-12-24T11:05:00Z',
  },
])('a notice of an eviction time that comes on $name', ({ n, at, day, dueAt, told }) => {
  test('is to be confirmed that day, and the duty list is told when nobody has', async () => {
    await spine.moveTo(at)
    const receipt = await send(eviction(n))
    const found = await caseOf(spine, receipt.id)
    const [task] = await openTasks(spine, found.id, 'T10/1#')
    expect(task).toMatchObject({ dueOn: day, dueAt, role: 'registrar' })
    expect((await alertsOf(found.id))[0]).toMatchObject({ step: 1 })
    await spine.moveTo(told)
    const alerts = await alertsOf(found.id)
    expect(alerts).toContainEqual(expect.objectContaining({ recipient: 'duty-list', urgency: 4 }))
    const stored = await storedDates(spine, found.id)
    expect(stored).toEqual(await freshDates(spine, found.id))
    expect(stored.find((line) => line.includes(' eviction-confirmation '))).toContain(` ${day} `)
  })

  test('and once somebody has sent it, nobody is told again', async () => {
    const found = await spine.worker
      .selectFrom('arrearsCase')
      .selectAll()
      .where('enforcementNumber', '=', `U-${n}-26/0210`)
      .executeTakeFirstOrThrow()
    const [task] = await openTasks(spine, found.id, 'T10/1#')
    const worker = await staffActor(spine, found.id, 'caseworker')
    await completeTask(spine.web, worker, task?.id ?? '', {
      outcome: 'BEKRAFTAD',
      note: null,
      occurredAt: null,
    })
    await completeTask(spine.web, worker, task?.id ?? '', {
      outcome: 'BEKRAFTAD',
      note: null,
      occurredAt: null,
    })
    await spine.drain()
    const before = await alertsOf(found.id)
    await spine.moveTo(new Date(Date.parse(at) + 3 * 86_400_000).toISOString())
    expect(await alertsOf(found.id)).toEqual(before)
    expect(await openTasks(spine, found.id, 'T10/1#')).toEqual([])
  })
})

describe('the confirmation prepared for a person', () => {
  test('names the caseworker, the case number and the time of arrival; the person gets a copy', async () => {
    await spine.moveTo('2026-12-28T09:07:00Z')
    const { id } = await caseOf(spine, (await send(eviction(11))).id)
    const supervisor = await staffActor(spine, id, 'supervisor')
    const read = () => inContext(spine.web, supervisor, (trx) => confirmationLetter(trx, id, templates))
    const unowned = await read()
    expect(unowned?.responsible).toBe('Exempel supervisor')
    const caseworker = await staffActor(spine, id, 'caseworker')
    await spine.worker
      .updateTable('arrearsCase')
      .set({ assignee: caseworker.personId })
      .where('id', '=', id)
      .execute()
    const letter = await read()
    expect(letter?.responsible).toBe('Exempel caseworker')
    expect(letter?.enforcement.sv.body).toContain('Ert målnummer: U-11-26/0210')
    expect(letter?.enforcement.sv.body).toContain('Underrättelsen kom in: måndag 28 december 2026 kl. 10.07')
    expect(letter?.enforcement.sv.body).toContain('Tid för avhysning: torsdag 14 januari 2027 kl. 09.00')
    expect(letter?.enforcement.sv.body).toContain('Ansvarig handläggare hos oss: Exempel caseworker')
    expect(letter?.enforcement.sv.body).not.toContain('Bo Exempel')
    expect(letter?.enforcement.en.body).toContain('The notice arrived: Monday 28 December 2026, 10:07')
    expect(letter?.person.sv.body).toContain('Bo Exempel 11\nRinggatan 11\n702 10 Örebro')
    expect(letter?.person.sv.body).toContain(letter?.enforcement.sv.body)
    expect(`${letter?.person.sv.body}${letter?.person.en.body}`).not.toMatch(/undefined|null|\{/)
  })

  test('does not write out the address of a protected person, and is nothing to another committee', async () => {
    const found = await caseOf(spine, (await send(eviction(12))).id)
    const supervisor = await staffActor(spine, found.id, 'supervisor')
    const elsewhere = { ...supervisor, committee: 'another' }
    expect(
      await inContext(spine.web, elsewhere, (trx) => confirmationLetter(trx, found.id, templates)),
    ).toBeNull()
    await spine.worker
      .updateTable('arrearsCase')
      .set({ protected: true })
      .where('id', '=', found.id)
      .execute()
    const letter = await spine.worker
      .transaction()
      .execute((trx) => confirmationLetter(trx, found.id, templates))
    expect(letter?.person.sv.body).not.toContain('Ringgatan')
  })

  test('is none before a time is set', async () => {
    const found = await caseOf(
      spine,
      (await send(eviction(13, { event: 'application', evictionAt: null }))).id,
    )
    expect(
      await spine.worker.transaction().execute((trx) => confirmationLetter(trx, found.id, templates)),
    ).toBeNull()
  })
})

test('an eviction whose time cannot be read is asked about the same day, once', async () => {
  await spine.moveTo('2026-12-29T09:00:00Z')
  const unreadable = eviction(14, { evictionAt: 'efter helgerna' })
  const found = await caseOf(spine, (await send(unreadable)).id)
  await send(unreadable)
  const asked = await openTasks(spine, found.id, 'review/eviction')
  expect(asked).toMatchObject([{ role: 'registrar', dueOn: '2026-12-29' }])
  const readable = await caseOf(spine, (await send(eviction(15))).id)
  expect(await openTasks(spine, readable.id, 'review/eviction')).toEqual([])
})

describe('what comes after', () => {
  test('the same message again, and an older one that comes late, move nothing', async () => {
    await spine.moveTo('2027-01-04T09:00:00Z')
    const { id } = await caseOf(spine, (await send(eviction(21))).id)
    const [first] = await openTasks(spine, id, 'T10/1#')
    await spine.moveTo('2027-01-05T09:00:00Z')
    expect((await send(eviction(21))).possibleDuplicateOf).toBeDefined()
    await send(eviction(21, { event: 'order', evictionAt: null, occurredOn: '2026-11-20' }))
    expect((await openTasks(spine, id, 'T10/1#')).map(({ dueOn }) => dueOn)).toEqual([first?.dueOn])
    expect(first?.dueOn).toBe('2027-01-04')
  })

  test('a moved eviction is a new message to confirm, says by how much it moved, and asks a person when it is earlier', async () => {
    await spine.moveTo('2027-01-07T09:00:00Z')
    const { id } = await caseOf(spine, (await send(eviction(22, { evictionAt: '2027-02-11T08:00:00Z' }))).id)
    await send(
      eviction(22, { event: 'rescheduled', occurredOn: '2027-01-07', evictionAt: '2027-02-04T08:00:00Z' }),
    )
    const moved = (await timelineOf(spine, id)).filter(({ kind }) => kind === 'eviction.moved')
    expect(moved.map(({ detail }) => detail)).toEqual([{ from: '2027-02-11', to: '2027-02-04', days: -7 }])
    const [asked, ...more] = await openTasks(spine, id, 'review/moved')
    expect(more).toEqual([])
    expect(asked?.reasonSv).toBe(
      'Dagen för avhysningen: torsdag 4 februari 2027 i stället för torsdag 11 februari 2027.',
    )
    const confirm = await openTasks(spine, id, 'T10/1#')
    expect(confirm.map(({ occurrence, dueOn }) => [occurrence, dueOn])).toEqual([
      ['T10/1#2027-02-04', '2027-01-07'],
    ])
    await send(
      eviction(22, { event: 'rescheduled', occurredOn: '2027-01-08', evictionAt: '2027-02-18T08:00:00Z' }),
    )
    expect(await openTasks(spine, id, 'review/moved')).toHaveLength(1)
    expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
  })
})
