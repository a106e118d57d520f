// The demo's data: invented people with official test numbers, every stage of a case, and days that never grow old.
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import { addDays, daysBetween } from '../../shared/domain/days.ts'
import {
  EVICTION_EVENTS,
  evictionNoticeBody,
  orderEvictionEvents,
  readEvictionNotice,
} from '../../shared/domain/eviction-notice.ts'
import { readIdentityNumber, readOrganisationNumber } from '../../shared/domain/identity-number.ts'
import { type NoticeBody, noticeBody, updateBody } from '../../shared/domain/notice-body.ts'
import { type NoticeFile, readNoticeFile } from '../../shared/domain/notice-file.ts'
import { contentKey, identityKey, readNotice } from '../../shared/domain/notice.ts'
import { shiftBetween, shiftCells, shiftValues } from '../../services/start/demo-dates.ts'

const folder = new URL('../../config/demo/', import.meta.url)
const bytesOf = (name: string) => readFileSync(new URL(name, folder))
const linesOf = (name: string): Line[] =>
  bytesOf(name)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
type Line = { id: string; client: string; reference?: string; body: { event?: string } }

const demo: { baseDay: string; landlords: Record<string, string>; files: DemoFile[] } = JSON.parse(
  bytesOf('demo.json').toString(),
)
type DemoFile = { name: string; client: string; encoding: string }

const read = (name: string): NoticeFile => readNoticeFile(bytesOf(name))
const files = demo.files.map(({ name }) => read(name))
const [landlord, collection, svartan, correction] = files
const bodies = [
  ...files.flatMap((file) => file.groups.map((group) => group.body)),
  ...linesOf('notices.jsonl').map(({ body }) => noticeBody.parse(body)),
]
const notices = bodies.map((body) => readNotice(body, demo.baseDay).notice)

test('a month of about seventy notices over several landlords', () => {
  const distinct = new Set(notices.map((notice) => identityKey(notice, '')))
  expect(distinct.size).toBeGreaterThanOrEqual(65)
  expect(distinct.size).toBeLessThanOrEqual(75)
  expect(new Set(notices.map((notice) => notice.landlord.name)).size).toBeGreaterThanOrEqual(5)
})

test('each file is read as it was written, one of them in Windows-1252', () => {
  expect(files.map(({ problem }) => problem)).toEqual([null, null, null, null])
  expect(files.map(({ encoding, separator }) => [encoding, separator])).toEqual([
    ['utf-8', ';'],
    ['windows-1252', ';'],
    ['utf-8', ','],
    ['utf-8', ';'],
  ])
  expect(collection?.groups.some(({ body }) => body.tenant.name === 'Göran Ängsmark')).toBe(true)
})

test('three bad rows come back, and two that repeat others are told', () => {
  expect(collection?.errors.map(({ column, code }) => `${column} ${code}`).sort()).toEqual([
    'belopp amount_unclear',
    'forfallodag date_unclear',
    'hyresgast_namn value_missing',
  ])
  expect(collection?.repeats).toHaveLength(2)
  expect([landlord?.errors, svartan?.errors, correction?.errors]).toEqual([[], [], []])
})

test('the correction is the same notice with another amount, and two others are sent again unchanged', () => {
  const earlier = new Map(
    landlord?.groups.map(({ body }) => {
      const { notice } = readNotice(body, demo.baseDay)
      return [identityKey(notice, ''), contentKey(notice)]
    }),
  )
  const again = correction?.groups.map(({ body }) => {
    const { notice } = readNotice(body, demo.baseDay)
    return earlier.get(identityKey(notice, '')) === contentKey(notice)
  })
  expect(again?.sort()).toEqual([false, true, true])
})

test('one dwelling lies in another municipality', () => {
  const away = notices.filter(({ dwelling }) => !/^70|^7159|^7193/.test(dwelling.postalCode ?? ''))
  expect(away.map(({ dwelling }) => dwelling.city)).toEqual(['Kumla'])
})

test('recovery periods end in 1, 3, 8, 12, 15 and 20 days, and some have passed', () => {
  const left = notices
    .filter(({ type, servedDate }) => type.endsWith('termination') && servedDate !== null)
    .map(({ servedDate }) => daysBetween(demo.baseDay, addDays(servedDate ?? '', 21)))
  for (const days of [1, 3, 8, 12, 15, 20]) expect(left).toContain(days)
  expect(left.filter((days) => days < 0).length).toBeGreaterThanOrEqual(5)
  expect(
    notices.filter(({ type, servedDate }) => type === 'rent-termination' && !servedDate).length,
  ).toBeGreaterThan(3)
})

test('a termination for rent comes more than a week after the rent was due', () => {
  for (const { type, rents, noticeDate } of notices) {
    if (!type.endsWith('termination') || type.startsWith('nuisance')) continue
    for (const { dueDate } of rents) expect(daysBetween(dueDate ?? '', noticeDate ?? '')).toBeGreaterThan(7)
  }
})

test('stated amounts are the rents and the interest, but for one that is meant to be wrong', () => {
  const wrong = notices.filter(({ type, rents, interestOre, amountToRecoverOre }) => {
    if (!type.endsWith('termination') || type.startsWith('nuisance')) return false
    const unpaid = rents.reduce((sum, rent) => sum + (rent.amountOre ?? 0) - (rent.paidOre ?? 0), 0)
    return unpaid + (interestOre ?? 0) !== amountToRecoverOre
  })
  expect(wrong.map(({ reference }) => reference)).toEqual(['HK-30002'])
})

test("identity numbers are of Skatteverket's test series, all but one verified", () => {
  const sent = bodies.flatMap(({ tenant }) => tenant.personalIdentityNumber ?? [])
  expect(sent.every((number) => /^\d{8}-(23[89]|98[01])\d$/.test(number))).toBe(true)
  const unverified = new Set(sent.filter((number) => readIdentityNumber(number, demo.baseDay) === null))
  expect(unverified.size).toBe(1)
})

test('one identity number is one person', () => {
  const names = Map.groupBy(
    bodies.filter(({ tenant }) => tenant.personalIdentityNumber),
    ({ tenant }) => tenant.personalIdentityNumber,
  )
  for (const [, own] of names) expect(new Set(own.map((body: NoticeBody) => body.tenant.name)).size).toBe(1)
})

test('updates of every kind speak of notices that come in', () => {
  const references = new Set(notices.map(({ reference }) => reference))
  const updates = linesOf('updates.jsonl')
  for (const { reference, body } of updates) {
    expect(references).toContain(reference)
    updateBody.parse(body)
  }
  expect(new Set(updates.map(({ body }) => updateBody.parse(body).type)).size).toBe(7)
})

test('Kronofogden tells every kind of event, one twice and one out of order', () => {
  const events = linesOf('evictions.jsonl').map(({ body }) => {
    const { notice, findings } = readEvictionNotice(evictionNoticeBody.parse(body), demo.baseDay)
    expect(findings).toEqual([])
    return Object.assign(notice, { receivedAt: `${demo.baseDay}T08:00:00.000Z` })
  })
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(EVICTION_EVENTS))
  const states = [...Map.groupBy(events, ({ caseNumber }) => caseNumber).values()].map((own) => ({
    told: own.length,
    state: orderEvictionEvents(own),
  }))
  expect(states.map(({ told, state }) => [state?.stage, told - (state?.history.length ?? 0)])).toEqual([
    ['date-set', 1],
    ['date-set', 0],
    ['cancelled', 0],
    ['executed', 0],
    ['order', 0],
    ['date-set', 0],
  ])
  expect(states[1]?.state?.evictionOn).toBe(addDays(demo.baseDay, 18))
})

type Step = { day: number; kind: string; body: Record<string, unknown> }

test('the course of JO 1683-2017: three notices, two worried messages, a date told 28 days ahead, an eviction', () => {
  const course: { evictionDay: number; steps: Step[] } = JSON.parse(bytesOf('jo-1683-2017.json').toString())
  expect(course.steps.map(({ kind }) => kind)).toEqual([
    'notice',
    'notice',
    'notice',
    'message',
    'message',
    'eviction-notice',
    'eviction-notice',
  ])
  expect(course.steps.map(({ day }) => day)).toEqual(
    course.steps.map(({ day }) => day).toSorted((a, b) => a - b),
  )
  const [told, executed] = course.steps.slice(-2)
  expect([told?.day, executed?.day]).toEqual([course.evictionDay - 28, course.evictionDay])
  expect(course.evictionDay).toBe(22)
  const date = evictionNoticeBody.parse(told?.body)
  expect(readEvictionNotice(date, demo.baseDay).notice.evictionOn).toBe(addDays(demo.baseDay, 22))
  for (const { kind, body } of course.steps) if (kind === 'notice') noticeBody.parse(body)
})

test.each(['2026-11-22', '2026-12-31', '2027-01-30', '2028-02-29', '2029-10-28'])(
  'fed on %s the month reads as it does on its base day',
  (today) => {
    const shift = shiftBetween(demo.baseDay, today)
    for (const [place, { name, encoding }] of demo.files.entries()) {
      const text = shiftCells(new TextDecoder(encoding).decode(bytesOf(name)), shift)
      const moved = readNoticeFile(new TextEncoder().encode(text))
      const still = files[place]
      expect(moved.groups.map((group) => group.rowNumbers)).toEqual(
        still?.groups.map((group) => group.rowNumbers),
      )
      expect(moved.errors.map(({ row, code }) => [row, code])).toEqual(
        still?.errors.map(({ row, code }) => [row, code]),
      )
      expect(moved.groups.map(({ body }) => ageOf(body, today))).toEqual(
        still?.groups.map(({ body }) => ageOf(body, demo.baseDay)),
      )
    }
  },
)

/** How many days old a notice is. */
const ageOf = (body: NoticeBody, today: string) =>
  daysBetween(readNotice(body, today).notice.noticeDate ?? '', today)

test('days, times and periods are moved, and nothing that only looks like one', () => {
  const shift = shiftBetween('2026-11-22', '2027-01-10')
  expect(shift).toEqual({ days: 49, months: 2 })
  const moved = shiftValues(
    {
      day: '2026-11-30',
      at: '2026-12-14T09:00',
      period: '2026-12',
      impossible: '2026-11-31',
      reference: 'EB-2026-2001',
      number: '19900101-2385',
      amounts: [{ amount: 2026.11, ocr: '00262001' }],
      nothing: null,
    },
    shift,
  )
  expect(moved).toEqual({
    day: '2027-01-18',
    at: '2027-02-01T09:00',
    period: '2027-02',
    impossible: '2026-11-31',
    reference: 'EB-2026-2001',
    number: '19900101-2385',
    amounts: [{ amount: 2026.11, ocr: '00262001' }],
    nothing: null,
  })
  expect(shiftCells('a;2026-11-30;20261130;2026-12;19900101-2385;2026-11-31', shift)).toBe(
    'a;2027-01-18;20270118;2027-02;19900101-2385;2026-11-31',
  )
})

const sheet = (url: URL): Record<string, string>[] =>
  parse(readFileSync(url), { columns: true, delimiter: ';', trim: true })

test('every role has people, two committees have caseworker and supervisor, and units are those of the municipality', () => {
  const people = sheet(new URL('people.csv', folder))
  const units = sheet(new URL('../1880-orebro/units.csv', folder))
  const unitOf = new Map(units.map(({ code, committee }) => [code, committee]))
  expect(new Set(people.map(({ role }) => role))).toEqual(
    new Set([
      'landlord',
      'registrar',
      'caseworker',
      'visitor',
      'counsellor',
      'supervisor',
      'administrator',
      'statistician',
      'log-reviewer',
    ]),
  )
  for (const { unit, committee } of people) if (unit) expect(unitOf.get(unit)).toBe(committee)
  const committeesOf = (role: string) =>
    new Set(people.filter((one) => one.role === role).map((one) => one.committee))
  for (const role of ['caseworker', 'supervisor']) {
    expect(committeesOf(role)).toEqual(new Set(['GAN', 'SN', 'VON', 'FSN']))
  }
  expect(people.filter(({ role }) => role === 'landlord')).toHaveLength(2)
  expect(people.filter(({ role }) => role === 'counsellor')).toHaveLength(2)
  expect(new Set(people.map(({ username }) => username)).size).toBe(people.length)
})

test('each landlord who sends is one that the municipality knows', () => {
  const known = readFileSync(new URL('../1880-orebro/landlords.csv', folder), 'utf8')
  const numbers = known.split('\n').flatMap((line) => readOrganisationNumber(line.split(';')[0] ?? '') ?? [])
  for (const number of Object.values(demo.landlords)) expect(numbers).toContain(number)
})
