// Counselling times: made once, booked once, and offered only when they come early enough.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { addTime, listOwnTimes, withdrawTime } from '../../shared/casework/counselling-times.ts'
import { readWaiting } from '../../shared/casework/counselling-booking.ts'
import { inContext, moment } from '../../shared/casework/act.ts'
import { ensureSlots } from '../../shared/casework/counselling-slots.ts'
import { readMunicipality } from '../../shared/casework/settings.ts'
import { addDays, isWorkingDay } from '../../shared/domain/calendar.ts'
import { openApi, type Api } from '../support/api.ts'
import { counselling, home } from '../support/counselling.ts'

let api: Api
let on: ReturnType<typeof counselling>
let today: string
beforeAll(async () => {
  api = await openApi()
  on = counselling(api)
  today = (await moment(api.owner)).today
})
afterAll(() => api.stop())

const bookedFor = (id: string) =>
  api.owner.selectFrom('counsellingSlot').select('id').where('referralId', '=', id).execute()

describe('The inventory of times', () => {
  test('is made by the weekly pattern for each counsellor, on open days only, and once however often', async () => {
    const municipality = await readMunicipality(api.worker)
    const make = () =>
      api.worker
        .transaction()
        .execute(async (trx) => ensureSlots(trx, await moment(trx), 'SN-BOS', municipality))
    await Promise.all([make(), make()])
    await make()
    const rows = await api.owner
      .selectFrom('counsellingSlot')
      .select(['counsellor', 'day', 'startsAt'])
      .execute()
    expect(new Set(rows.map(({ counsellor: whose, startsAt }) => `${whose} ${startsAt}`)).size).toBe(
      rows.length,
    )
    expect(new Set(rows.map(({ counsellor: whose }) => whose)).size).toBe(2)
    expect(rows.length).toBeGreaterThan(200)
    for (const { day } of rows)
      expect({ day, open: isWorkingDay(day, municipality.workingTime) }).toEqual({ day, open: true })
  })

  test('offers nothing on a day when the counsellor is away', async () => {
    const found = await on.referralOf(await on.notify())
    const [first] = await on.slotsOf(found.id)
    const day = first!.startsAt.slice(0, 10)
    const away = { personId: first!.counsellor, awayFrom: day, awayTo: day }
    await api.owner.insertInto('absence').values(away).execute()
    const there = (await on.slotsOf(found.id)).filter((one) => one.startsAt.startsWith(day))
    expect(there.length).toBeGreaterThan(0)
    expect(there.filter((one) => one.counsellor === first!.counsellor)).toEqual([])
    await api.owner.updateTable('absence').set({ withdrawnAt: new Date().toISOString() }).execute()
  })

  test('is the counsellor’s own: added to, taken out of, and never under a booked household', async () => {
    const me = on.counsellor()
    const startsAt = `${addDays(today, 9)}T05:00:00.000Z`
    const ids = await Promise.all([1, 2].map(() => addTime(api.web, me, startsAt)))
    expect(new Set(ids).size).toBe(1)
    await expect(addTime(api.web, me, `${addDays(today, 9)}T05:30:00.000Z`)).rejects.toMatchObject({
      code: 'slot.overlaps',
    })
    await expect(addTime(api.web, me, '2020-01-01T05:00:00.000Z')).rejects.toMatchObject({
      code: 'slot.past',
    })
    await expect(withdrawTime(api.web, on.counsellor('counsellor2.sn'), ids[0]!)).rejects.toMatchObject({
      kind: 'not-found',
    })
    await withdrawTime(api.web, me, ids[0]!)
    await withdrawTime(api.web, me, ids[0]!)
    expect((await listOwnTimes(api.web, me, 30)).map(({ id }) => id)).not.toContain(ids[0])
    expect(await addTime(api.web, me, startsAt)).toBe(ids[0])
  })

  test('is seen by nobody outside the unit’s committee, nor by a caseworker within it', async () => {
    for (const who of [
      { ...on.counsellor(), committee: 'GAN', unit: 'GAN-FS' },
      { ...on.counsellor(), role: 'caseworker' },
      { ...on.counsellor(), role: 'landlord', committee: null, unit: null },
    ])
      expect(
        await inContext(api.web, who, (trx) => trx.selectFrom('counsellingSlot').select('id').execute()),
      ).toEqual([])
  })
})

describe('Booking a time', () => {
  test('gives it to one of two who want it at once, and to the same one again', async () => {
    const [one, other] = [await on.accepted(), await on.accepted()]
    const [slot, second] = await on.slotsOf(one.id)
    const both = await Promise.all(
      [one, other].map(({ id, me }) => on.step(id, 'meeting', me, { slotId: slot!.id })),
    )
    expect(both.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409'])
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'slot.taken',
      errors: [{ pointer: '/slotId' }],
    })
    const winner = both[0]?.status === 200 ? one : other
    expect((await on.step(winner.id, 'meeting', winner.me, { slotId: slot!.id })).status).toBe(200)
    expect(await bookedFor(winner.id)).toEqual([{ id: slot!.id }])
    // Another time frees the first, which the other household may then have.
    expect((await on.step(winner.id, 'meeting', winner.me, { slotId: second!.id })).body.meetingAt).toBe(
      second!.startsAt,
    )
    const loser = winner === one ? other : one
    expect((await on.step(loser.id, 'meeting', loser.me, { slotId: slot!.id })).status).toBe(200)
  })

  test('at a time of one’s own choice is refused when the counsellor meets another household then', async () => {
    const one = await on.accepted()
    const slot = (await on.slotsOf(one.id)).find(({ counsellor: whose }) => whose === one.counsellor)
    await on.step(one.id, 'meeting', one.me, { slotId: slot!.id })
    let other = await on.accepted()
    while (other.counsellor !== one.counsellor) other = await on.accepted()
    const answer = await on.step(other.id, 'meeting', other.me, { meetingAt: slot!.startsAt })
    expect([answer.status, answer.body.code]).toEqual([409, 'slot.taken'])
  })

  test('is freed when the referral is handed back', async () => {
    const { id, me } = await on.accepted()
    const [slot] = await on.slotsOf(id)
    await on.step(id, 'meeting', me, { slotId: slot!.id })
    await on.step(id, 'rejection', me, { reason: 'Jäv' })
    await api.drain()
    expect(api.failures).toEqual([])
    expect(await bookedFor(id)).toEqual([])
  })

  test.each([
    [{}, 400],
    [{ slotId: 'x' }, 400],
    [{ slotId: '00000000-0000-4000-8000-000000000000' }, 409],
    [{ slotId: '00000000-0000-4000-8000-000000000000', meetingAt: '2027-01-10T09:00:00Z' }, 400],
  ])('with %j is answered %i', async (json, status) => {
    const { id, me } = await on.accepted()
    expect((await on.step(id, 'meeting', me, json)).status).toBe(status)
  })
})

describe('When no time comes before the last day', () => {
  const enforce = async (place: number, day: string) => {
    const respondent = { name: `Tid Prov${place}`, ...home(place) }
    const json = {
      event: 'date-set',
      caseNumber: `U-7${place}-26/1`,
      occurredOn: today,
      respondent,
      evictionAt: `${day}T09:00`,
    }
    const headers = { 'idempotency-key': `e-${place}` }
    await api.call('/v1/eviction-notices', { as: 'kronofogden', json, headers })
    await api.drain()
    expect(api.failures).toEqual([])
  }

  test('nothing is offered as if it did, the supervisor is told at once, and the alternative ends the alarm', async () => {
    const caseId = await on.notify()
    const found = await on.referralOf(caseId)
    expect(found.slotMissingAt).toBeNull()
    await enforce(on.latest(), addDays(today, 2))
    const now = await on.referralOf(caseId)
    expect(now.slotMissingAt).not.toBeNull()
    expect((await on.slotsOf(now.id)).filter(({ inTime }) => inTime)).toEqual([])
    const stage = () =>
      api.owner
        .selectFrom('stage')
        .select(['recipient', 'step', 'stoppedAt', 'firedAt'])
        .where('subjectId', '=', now.id)
        .where('trigger', '=', 'referral-no-slot')
        .orderBy('step')
        .execute()
    expect((await stage())[0]).toMatchObject({ recipient: 'unit-supervisor', step: 1 })
    const me = on.nameOf(now.counsellor)
    await on.step(now.id, 'acceptance', me)
    const answers = [await on.step(now.id, 'alternative', me), await on.step(now.id, 'alternative', me)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]!.body.alternativeAt).toBe(answers[1]!.body.alternativeAt)
    await sql`update stage set due_at = clock_now() where subject_id = ${now.id} and trigger = 'referral-no-slot'
      and fired_at is null`.execute(api.owner)
    await api.drain()
    expect((await stage()).at(-1)?.stoppedAt).not.toBeNull()
  })

  test('because the last time in time was booked, the supervisor hears of the one it was taken from', async () => {
    const one = await on.accepted()
    const last = addDays(today, 20)
    await api.owner.updateTable('referral').set({ latestDay: last }).where('id', '=', one.id).execute()
    const [only, ...rest] = (await on.slotsOf(one.id)).filter(({ inTime }) => inTime)
    const ids = rest.map(({ id }) => id)
    await sql`update counselling_slot set withdrawn_at = clock_now() where id = any(${ids}::uuid[])`.execute(
      api.owner,
    )
    const other = await on.accepted()
    await on.step(other.id, 'meeting', other.me, { slotId: only!.id })
    await api.drain()
    expect(api.failures).toEqual([])
    const found = await api.owner
      .selectFrom('referral')
      .select('slotMissingAt')
      .where('id', '=', one.id)
      .executeTakeFirstOrThrow()
    expect(found.slotMissingAt).not.toBeNull()
    await sql`update counselling_slot set withdrawn_at = null where id = any(${ids}::uuid[])`.execute(
      api.owner,
    )
  })

  test('the wait is measured against four weeks, and the supervisor is told once when it is longer', async () => {
    const waiting = await readWaiting(api.web, on.counsellor())
    expect(waiting).toMatchObject({ waitMostDays: 28, waitDays: expect.any(Number) })
    await sql`update referral set latest_day = null where state in ('assigned', 'accepted')`.execute(
      api.owner,
    )
    const gone = sql`update counselling_slot set withdrawn_at = clock_now()
      where referral_id is null and day < ${addDays(today, 35)}::date`
    await gone.execute(api.owner)
    const { id, me } = await on.accepted()
    await on.step(id, 'first-answer', me)
    await api.drain()
    const told = () =>
      api.owner
        .selectFrom('alert')
        .select(['committee', 'recipient', 'personId'])
        .where('subjectId', '=', id)
        .where('trigger', '=', 'counselling-wait')
        .execute()
    expect(await told()).toEqual([
      { committee: 'SN', recipient: 'unit-supervisor', personId: api.person('supervisor.sn') },
    ])
    expect((await readWaiting(api.web, on.counsellor()))?.waitDays).toBeGreaterThan(28)
    expect(await readWaiting(api.web, { ...on.counsellor(), role: 'caseworker' })).toBeNull()
    await sql`update counselling_slot set withdrawn_at = null`.execute(api.owner)
  })
})
