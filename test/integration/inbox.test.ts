// The registrar's inbox: what came on paper goes the way of what was sent in, counted from its arrival; nothing is lost or doubled.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../shared/casework/act.ts'
import { ELSEWHERE } from '../../shared/casework/elsewhere.ts'
import { correctArrival, correctionsOf } from '../../shared/casework/inbox-corrections.ts'
import { enterEvictionNotice, enterNotice } from '../../shared/casework/inbox-entry.ts'
import {
  addToInbox,
  listInbox,
  readDocument,
  readInboxItem,
  setAside,
  takeBack,
} from '../../shared/casework/inbox.ts'
import { doAgain } from '../support/api-case.ts'
import { aNotice, openApi, type Api } from '../support/api.ts'
import { anItem, aScan, daysAgo, eviction, paper, registrar } from '../support/registry.ts'

let api: Api
let rut: Actor
const rolf = registrar('SN')

beforeAll(async () => {
  api = await openApi()
  rut = registrar('GAN', api.person('registrar.gan'))
})
afterAll(() => api.stop())

const notices = (itemId: string) =>
  api.owner
    .selectFrom('inboxItem')
    .innerJoin('notice', 'notice.id', 'inboxItem.noticeId')
    .select([
      'notice.id',
      'notice.receivedOn',
      'notice.receivedAt',
      'notice.enteredAt',
      'notice.source',
      'notice.caseId',
    ])
    .where('inboxItem.id', '=', itemId)
    .execute()

describe('A letter in the inbox', () => {
  test('is kept sealed beside its arrival, and given back as it came', async () => {
    const document = aScan()
    const id = await anItem(api, rut, { document })
    const { raw } = await api.owner
      .selectFrom('inboxItem')
      .select('raw')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(raw?.includes('scan')).toBe(false)
    expect(await readDocument(api.web, api.tools, rut, id)).toEqual({
      mediaType: 'image/png',
      bytes: document,
    })
    await expect(readDocument(api.web, api.tools, rolf, id)).rejects.toMatchObject({ kind: 'not-found' })
    await expect(readInboxItem(api.web, rolf, id)).rejects.toMatchObject({ kind: 'not-found' })
    expect((await listInbox(api.web, rolf, { state: 'waiting', limit: 50, page: 1 })).items).toEqual([])
  })

  test('put in twice, or scanned twice, is one', async () => {
    const arrival = { id: randomUUID(), channel: 'paper' as const, receivedAt: daysAgo(1), document: aScan() }
    const given = await Promise.all([1, 2, 3].map(() => addToInbox(api.web, api.tools, rut, arrival)))
    expect(new Set(given.map(({ id }) => id)).size).toBe(1)
    const again = await addToInbox(api.web, api.tools, rut, { ...arrival, id: randomUUID() })
    expect(again).toEqual({ id: arrival.id, known: true })
  })

  test.each([
    ['an arrival that lies ahead', daysAgo(-2), aScan(), '/receivedAt'],
    ['an arrival years ago', daysAgo(800), aScan(), '/receivedAt'],
    ['a program that calls itself a scan', daysAgo(1), Buffer.from('MZ\u0000 not a scan'), '/file'],
    ['a page that would run in the browser', daysAgo(1), Buffer.from('<svg onload="x()"/>'), '/file'],
  ])('is refused with %s', async (_what, receivedAt, document, pointer) => {
    await expect(anItem(api, rut, { receivedAt, document })).rejects.toMatchObject({
      problems: [{ pointer }],
    })
  })

  test('that is not entered at once becomes a task of the own registry, which ends when it is', async () => {
    const id = await anItem(api, rut)
    await api.drain()
    await doAgain(api, 'inbox.received')
    const reminders = () =>
      api.owner
        .selectFrom('task')
        .select(['state', 'committee', 'role', 'unit'])
        .where('subjectId', '=', id)
        .execute()
    expect(await reminders()).toEqual([
      { state: 'open', committee: 'GAN', role: 'registrar', unit: 'GAN-FS' },
    ])
    await enterNotice(api.web, api.tools, rut, { itemId: id, body: paper(10) })
    expect(await reminders()).toMatchObject([{ state: 'done' }])
    const entered = await anItem(api, rut)
    await enterNotice(api.web, api.tools, rut, { itemId: entered, body: paper(11) })
    await api.drain()
    expect(
      await api.owner.selectFrom('task').select('id').where('subjectId', '=', entered).execute(),
    ).toEqual([])
  })
})

describe('A notice entered from the inbox', () => {
  test('has its legal effect from the day it arrived, not from the day it was entered', async () => {
    const receivedAt = daysAgo(5)
    const id = await anItem(api, rut, { receivedAt })
    await enterNotice(api.web, api.tools, rut, { itemId: id, body: paper(1) })
    await api.drain()
    expect(api.failures).toEqual([])
    const [entered] = await notices(id)
    expect(entered).toMatchObject({ source: 'registrar', receivedAt })
    expect(Date.parse(entered!.enteredAt) - Date.parse(receivedAt)).toBeGreaterThan(4 * 86_400_000)
    const found = await api.owner
      .selectFrom('arrearsCase')
      .select(['receivedOn', 'landlordKind'])
      .where('id', '=', entered!.caseId!)
      .executeTakeFirstOrThrow()
    expect(found).toEqual({ receivedOn: entered!.receivedOn, landlordKind: 'private' })
    const days = await api.owner
      .selectFrom('deadline')
      .select('inputs')
      .where('caseId', '=', entered!.caseId!)
      .where('kind', 'like', '%recovery%')
      .execute()
    expect(JSON.stringify(days)).toContain(entered!.receivedOn)
  })

  test('whose arrival was written in wrongly is put right with its reason, and the dates are counted from it', async () => {
    const item = await anItem(api, rut, { receivedAt: daysAgo(3) })
    const { id } = await enterNotice(api.web, api.tools, rut, { itemId: item, body: paper(71) })
    await api.drain()
    const known = async () => {
      const row = await api.owner
        .selectFrom('notice')
        .select(['receivedAt', 'caseId'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const { receivedOn } = await api.owner
        .selectFrom('arrearsCase')
        .select('receivedOn')
        .where('id', '=', row.caseId!)
        .executeTakeFirstOrThrow()
      return { at: Date.parse(row.receivedAt), receivedOn, caseId: row.caseId! }
    }
    const before = await known()
    const right = daysAgo(5)
    const wish = { id: item, receivedAt: right, reason: 'Stämpeln på kuvertet.' }
    for (const [wrong, code] of [
      [{ receivedAt: daysAgo(-1) }, 'received-at.ahead'],
      [{ receivedAt: daysAgo(500) }, 'received-at.old'],
      [{ reason: ' ' }, 'reason.missing'],
    ] as const)
      await expect(correctArrival(api.web, rut, { ...wish, ...wrong })).rejects.toMatchObject({ code })
    await expect(correctArrival(api.web, registrar('SN'), wish)).rejects.toMatchObject({ code: 'not-found' })
    await Promise.all([correctArrival(api.web, rut, wish), correctArrival(api.web, rut, wish)])
    await api.drain()
    expect(api.failures).toEqual([])
    const after = await known()
    expect(after.at).toBe(Date.parse(right))
    expect(after.receivedOn < before.receivedOn).toBe(true)
    expect(await correctionsOf(api.web, rut, item)).toEqual([
      expect.objectContaining({ reason: wish.reason }),
    ])
    expect(await correctionsOf(api.web, registrar('SN'), item)).toEqual([])
    const diary = await api.owner
      .selectFrom('timeline')
      .select('kind')
      .where('caseId', '=', after.caseId)
      .where('kind', '=', 'arrival.corrected')
      .execute()
    expect(diary).toHaveLength(1)
  })

  test('twice, or by two at once, is one notice', async () => {
    const id = await anItem(api, rut)
    const entry = { itemId: id, body: paper(2) }
    const receipts = await Promise.all([1, 2, 3].map(() => enterNotice(api.web, api.tools, rut, entry)))
    expect(new Set(receipts.map(({ number }) => number)).size).toBe(1)
    const other = { itemId: id, body: paper(3) }
    await expect(enterNotice(api.web, api.tools, rut, other)).rejects.toMatchObject({
      code: 'idempotency.other-body',
    })
    const late = await anItem(api, rut)
    const both = await Promise.allSettled([
      enterNotice(api.web, api.tools, rut, { itemId: late, body: paper(4) }),
      enterEvictionNotice(api.web, api.tools, rut, { itemId: late, body: eviction(4) }),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(enterNotice(api.web, api.tools, rolf, { itemId: id, body: paper(5) })).rejects.toMatchObject(
      {
        kind: 'not-found',
      },
    )
  })

  test('and what Kronofogden told on paper join the household’s case', async () => {
    const [one, other] = [
      await anItem(api, rut, { receivedAt: daysAgo(4) }),
      await anItem(api, rut, { receivedAt: daysAgo(1) }),
    ]
    await enterNotice(api.web, api.tools, rut, { itemId: one, body: paper(6) })
    await enterEvictionNotice(api.web, api.tools, rut, { itemId: other, body: eviction(6) })
    await api.drain()
    expect(api.failures).toEqual([])
    const [entered] = await notices(one)
    const found = await api.owner
      .selectFrom('evictionNotice')
      .innerJoin('inboxItem', 'inboxItem.evictionNoticeId', 'evictionNotice.id')
      .select(['evictionNotice.caseId', 'evictionNotice.receivedOn', 'inboxItem.receivedOn as arrivedOn'])
      .where('inboxItem.id', '=', other)
      .executeTakeFirstOrThrow()
    expect(found.caseId).toBe(entered!.caseId)
    expect(found.receivedOn).toBe(found.arrivedOn)
  })
})

describe('What is not for us', () => {
  test('is set aside with a reason, can be taken back, and once entered is neither', async () => {
    const id = await anItem(api, rut)
    await setAside(api.web, rut, id, 'Till Kumla kommun')
    await setAside(api.web, rut, id, 'Till Kumla kommun')
    expect(await readInboxItem(api.web, rut, id)).toMatchObject({
      state: 'not-ours',
      reason: 'Till Kumla kommun',
    })
    await expect(enterNotice(api.web, api.tools, rut, { itemId: id, body: paper(7) })).rejects.toMatchObject({
      code: 'inbox.entered',
    })
    await takeBack(api.web, rut, id)
    await takeBack(api.web, rut, id)
    await enterNotice(api.web, api.tools, rut, { itemId: id, body: paper(7) })
    await expect(setAside(api.web, rut, id, 'x')).rejects.toMatchObject({ code: 'inbox.entered' })
    await expect(setAside(api.web, rolf, id, 'x')).rejects.toMatchObject({ kind: 'not-found' })
  })
})

describe('What an interface could not read', () => {
  test('is kept once, for the registry to read, and its sender never reads it back', async () => {
    const raw = '{"type":"rent-termination","tenant":{"name":"Oläslig Prov"'
    const headers = { 'idempotency-key': 'broken' }
    for (let time = 0; time < 2; time++)
      expect((await api.call('/v1/notices', { as: 'landlord', raw, headers })).status).toBe(400)
    const lacking = { ...aNotice(), tenant: {} }
    expect((await api.call('/v1/notices', { as: 'landlord', json: lacking, headers })).status).toBe(400)
    expect((await api.call('/v1/eviction-notices', { as: 'kronofogden', raw: '[', headers })).status).toBe(
      400,
    )
    await api.drain()
    expect(api.failures).toEqual([])
    const { items } = await listInbox(api.web, rut, { state: 'waiting', limit: 50, page: 1 })
    const kept = items.filter(({ fault }) => fault !== null)
    expect(kept.map(({ channel, fault }) => `${channel} ${fault}`).toSorted()).toEqual([
      'interface json.malformed',
      'interface json.malformed',
      'interface request.invalid',
    ])
    const texts = await Promise.all(kept.map(({ id }) => readDocument(api.web, api.tools, rut, id)))
    expect(texts.map(({ bytes }) => bytes.toString())).toContain(raw)
    const tasks = await api.owner
      .selectFrom('task')
      .select(['role', 'committee'])
      .where(
        'subjectId',
        'in',
        kept.map(({ id }) => id),
      )
      .execute()
    expect(tasks).toEqual(kept.map(() => ({ role: 'registrar', committee: 'GAN' })))
  })
})

describe('A notice whose postal code lies outside the municipality', () => {
  const dwelling = { address: 'Gränsgatan 1', postalCode: '715 96', city: 'Örebro' }
  const waiting = async () =>
    (await listInbox(api.web, rut, { state: 'waiting', limit: 50, page: 1 })).items.filter(
      ({ fault }) => fault === ELSEWHERE,
    )
  test('is put before the registry once, and becomes a case when it is entered: postal codes stop at no border', async () => {
    const json = aNotice({ reference: 'gräns', dwelling })
    for (const key of ['border', 'again'])
      await api.call('/v1/notices', { as: 'landlord', json, headers: { 'idempotency-key': key } })
    await api.drain()
    await doAgain(api, 'notice.received')
    const [item, ...more] = await waiting()
    expect([item?.channel, more]).toEqual(['interface', []])
    const itemId = item?.id ?? ''
    const tasks = api.owner.selectFrom('task').select(['role', 'committee']).where('subjectId', '=', itemId)
    expect(await tasks.where('occurrence', 'like', 'review/elsewhere%').execute()).toEqual([
      { role: 'registrar', committee: 'GAN' },
    ])
    await enterNotice(api.web, api.tools, rut, { itemId, body: { ...paper(31), dwelling } })
    await api.drain()
    expect(await notices(itemId)).toMatchObject([{ source: 'registrar', caseId: expect.any(String) }])
  })
})
