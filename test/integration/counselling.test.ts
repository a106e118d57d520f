// Counselling times: made once, booked once, offered only when they come early enough; and tasks done without seeing the case.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { addTime, listOwnTimes, withdrawTime } from '../../shared/casework/counselling-times.ts'
import { readWaiting } from '../../shared/casework/counselling-booking.ts'
import { inContext, moment, type Actor } from '../../shared/casework/act.ts'
import { ensureSlots } from '../../shared/casework/counselling-slots.ts'
import { readMunicipality } from '../../shared/casework/settings.ts'
import { householdBehind } from '../../shared/casework/task-material.ts'
import { addDays, isWorkingDay } from '../../shared/domain/calendar.ts'
import { aNotice, openApi, type Answer, type Api, type Who } from '../support/api.ts'

let api: Api
let today: string
beforeAll(async () => {
  api = await openApi()
  today = (await moment(api.owner)).today
}, 60_000)
afterAll(() => api.stop())

const counsellor = (who: 'counsellor.sn' | 'counsellor2.sn' = 'counsellor.sn'): Actor => ({
  role: 'counsellor',
  personId: api.person(who),
  committee: 'SN',
  unit: 'SN-BOS',
  sender: '',
  landlordId: null,
  name: who,
})

let made = 0
type Referral = {
  id: string
  caseId: string
  counsellor: string
  latestDay: string | null
  slotMissingAt: string | null
}
type Slot = { id: string; counsellor: string; startsAt: string; inTime: boolean }

const home = (place: number) => ({ address: `Tidgatan ${place}`, postalCode: '702 10', city: 'Örebro' })

async function notify(change: Record<string, unknown> = {}): Promise<string> {
  made += 1
  const json = aNotice({
    reference: `B-${made}`,
    tenant: { name: `Tid Prov${made}` },
    dwelling: home(made),
    ...change,
  })
  const headers = { 'idempotency-key': `b-${made}` }
  const { body } = await api.call('/v1/notices', { as: 'landlord', json, headers })
  await api.drain()
  expect(api.failures).toEqual([])
  const { caseId } = await api.owner
    .selectFrom('notice')
    .select('caseId')
    .where('id', '=', body.id as string)
    .executeTakeFirstOrThrow()
  return caseId!
}

const referralOf = async (caseId: string): Promise<Referral> => {
  const { id } = await api.owner
    .selectFrom('referral')
    .select('id')
    .where('caseId', '=', caseId)
    .where('state', 'in', ['assigned', 'accepted'])
    .executeTakeFirstOrThrow()
  return (await api.call(`/v1/referrals/${id}`, { as: 'counsellor.sn' })).body as Referral
}

const nameOf = (id: string): Who => (id === api.person('counsellor.sn') ? 'counsellor.sn' : 'counsellor2.sn')
const step = (id: string, name: string, as: Who, json: unknown = {}): Promise<Answer> =>
  api.call(`/v1/referrals/${id}/${name}`, { as, json })
const slotsOf = async (id: string): Promise<Slot[]> =>
  (await api.call(`/v1/referrals/${id}/slots`, { as: 'counsellor.sn' })).body.slots as Slot[]

async function accepted(): Promise<Referral & { me: Who }> {
  const found = await referralOf(await notify())
  const me = nameOf(found.counsellor)
  await step(found.id, 'acceptance', me)
  return { ...found, me }
}

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
    const found = await referralOf(await notify())
    const [first] = await slotsOf(found.id)
    const day = first!.startsAt.slice(0, 10)
    const away = { personId: first!.counsellor, awayFrom: day, awayTo: day }
    await api.owner.insertInto('absence').values(away).execute()
    const there = (await slotsOf(found.id)).filter((one) => one.startsAt.startsWith(day))
    expect(there.length).toBeGreaterThan(0)
    expect(there.filter((one) => one.counsellor === first!.counsellor)).toEqual([])
    await api.owner.updateTable('absence').set({ withdrawnAt: new Date().toISOString() }).execute()
  })

  test('is the counsellor’s own: added to, taken out of, and never under a booked household', async () => {
    const me = counsellor()
    const startsAt = `${addDays(today, 9)}T05:00:00.000Z`
    const ids = await Promise.all([1, 2].map(() => addTime(api.web, me, startsAt)))
    expect(new Set(ids).size).toBe(1)
    await expect(addTime(api.web, me, `${addDays(today, 9)}T05:30:00.000Z`)).rejects.toMatchObject({
      code: 'slot.overlaps',
    })
    await expect(addTime(api.web, me, '2020-01-01T05:00:00.000Z')).rejects.toMatchObject({
      code: 'slot.past',
    })
    await expect(withdrawTime(api.web, counsellor('counsellor2.sn'), ids[0]!)).rejects.toMatchObject({
      kind: 'not-found',
    })
    await withdrawTime(api.web, me, ids[0]!)
    await withdrawTime(api.web, me, ids[0]!)
    expect((await listOwnTimes(api.web, me, 30)).map(({ id }) => id)).not.toContain(ids[0])
    expect(await addTime(api.web, me, startsAt)).toBe(ids[0])
  })

  test('is seen by nobody outside the unit’s committee, nor by a caseworker within it', async () => {
    for (const who of [
      { ...counsellor(), committee: 'GAN', unit: 'GAN-FS' },
      { ...counsellor(), role: 'caseworker' },
      { ...counsellor(), role: 'landlord', committee: null, unit: null },
    ])
      expect(
        await inContext(api.web, who, (trx) => trx.selectFrom('counsellingSlot').select('id').execute()),
      ).toEqual([])
  })
})

describe('Booking a time', () => {
  test('gives it to one of two who want it at once, and to the same one again', async () => {
    const [one, other] = [await accepted(), await accepted()]
    const [slot, second] = await slotsOf(one.id)
    const both = await Promise.all(
      [one, other].map(({ id, me }) => step(id, 'meeting', me, { slotId: slot!.id })),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'slot.taken',
      errors: [{ pointer: '/slotId' }],
    })
    const winner = both[0]?.status === 200 ? one : other
    expect((await step(winner.id, 'meeting', winner.me, { slotId: slot!.id })).status).toBe(200)
    expect(await bookedFor(winner.id)).toEqual([{ id: slot!.id }])
    // Another time frees the first, which the other household may then have.
    expect((await step(winner.id, 'meeting', winner.me, { slotId: second!.id })).body.meetingAt).toBe(
      second!.startsAt,
    )
    const loser = winner === one ? other : one
    expect((await step(loser.id, 'meeting', loser.me, { slotId: slot!.id })).status).toBe(200)
  })

  test('at a time of one’s own choice is refused when the counsellor meets another household then', async () => {
    const one = await accepted()
    const [slot] = (await slotsOf(one.id)).filter(({ counsellor: whose }) => whose === one.counsellor)
    await step(one.id, 'meeting', one.me, { slotId: slot!.id })
    let other = await accepted()
    while (other.counsellor !== one.counsellor) other = await accepted()
    const answer = await step(other.id, 'meeting', other.me, { meetingAt: slot!.startsAt })
    expect([answer.status, answer.body.code]).toEqual([409, 'slot.taken'])
  })

  test('is freed when the referral is handed back', async () => {
    const { id, me } = await accepted()
    const [slot] = await slotsOf(id)
    await step(id, 'meeting', me, { slotId: slot!.id })
    await step(id, 'rejection', me, { reason: 'Jäv' })
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
    const { id, me } = await accepted()
    expect((await step(id, 'meeting', me, json)).status).toBe(status)
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
    const caseId = await notify()
    const found = await referralOf(caseId)
    expect(found.slotMissingAt).toBeNull()
    await enforce(made, addDays(today, 2))
    const now = await referralOf(caseId)
    expect(now.slotMissingAt).not.toBeNull()
    expect((await slotsOf(now.id)).filter(({ inTime }) => inTime)).toEqual([])
    const stage = () =>
      api.owner
        .selectFrom('stage')
        .select(['recipient', 'step', 'stoppedAt', 'firedAt'])
        .where('subjectId', '=', now.id)
        .where('trigger', '=', 'referral-no-slot')
        .orderBy('step')
        .execute()
    expect((await stage())[0]).toMatchObject({ recipient: 'unit-supervisor', step: 1 })
    const me = nameOf(now.counsellor)
    await step(now.id, 'acceptance', me)
    const answers = [await step(now.id, 'alternative', me), await step(now.id, 'alternative', me)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]!.body.alternativeAt).toBe(answers[1]!.body.alternativeAt)
    await sql`update stage set due_at = clock_now() where subject_id = ${now.id} and trigger = 'referral-no-slot'
      and fired_at is null`.execute(api.owner)
    await api.drain()
    expect((await stage()).at(-1)?.stoppedAt).not.toBeNull()
  })

  test('because the last time in time was booked, the supervisor hears of the one it was taken from', async () => {
    const one = await accepted()
    const last = addDays(today, 20)
    await api.owner.updateTable('referral').set({ latestDay: last }).where('id', '=', one.id).execute()
    const [only, ...rest] = (await slotsOf(one.id)).filter(({ inTime }) => inTime)
    const ids = rest.map(({ id }) => id)
    await sql`update counselling_slot set withdrawn_at = clock_now() where id = any(${ids}::uuid[])`.execute(
      api.owner,
    )
    const other = await accepted()
    await step(other.id, 'meeting', other.me, { slotId: only!.id })
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
    const waiting = await readWaiting(api.web, counsellor())
    expect(waiting).toMatchObject({ waitMostDays: 28, waitDays: expect.any(Number) })
    await sql`update referral set latest_day = null where state in ('assigned', 'accepted')`.execute(
      api.owner,
    )
    const gone = sql`update counselling_slot set withdrawn_at = clock_now()
      where referral_id is null and day < ${addDays(today, 35)}::date`
    await gone.execute(api.owner)
    const { id, me } = await accepted()
    await step(id, 'first-answer', me)
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
    expect((await readWaiting(api.web, counsellor()))?.waitDays).toBeGreaterThan(28)
    expect(await readWaiting(api.web, { ...counsellor(), role: 'caseworker' })).toBeNull()
    await sql`update counselling_slot set withdrawn_at = null`.execute(api.owner)
  })
})

describe('A counsellor’s task in another committee’s case', () => {
  test('is hers, with whom to reach, and she completes it without seeing the case', async () => {
    const caseId = await notify({ type: 'power-cutoff' })
    const task = await api.owner
      .selectFrom('task')
      .select(['id', 'committee', 'unit', 'assignee'])
      .where('caseId', '=', caseId)
      .where('occurrence', 'like', 'T15/1#%')
      .executeTakeFirstOrThrow()
    expect(task).toMatchObject({ committee: 'SN', unit: 'SN-BOS', assignee: expect.any(String) })
    const me = nameOf(task.assignee!)
    const actor = counsellor(me as 'counsellor.sn')
    expect(await householdBehind(api.web, actor, task.id)).toMatchObject({
      tenantName: `Tid Prov${made}`,
      address: `Tidgatan ${made}, 70210 Örebro`,
    })
    expect((await api.call(`/v1/cases/${caseId}`, { as: me })).status).toBe(404)
    expect(await householdBehind(api.web, { ...actor, role: 'caseworker' }, task.id)).toBeNull()
    expect(
      await householdBehind(api.web, { ...actor, committee: 'VON', unit: 'VON-BIST' }, task.id),
    ).toBeNull()
    const done = () =>
      api.call(`/v1/tasks/${task.id}/completion`, { as: me, json: { outcome: 'NADD_TACKAR_JA' } })
    expect([(await done()).status, (await done()).status]).toEqual([200, 200])
    await api.drain()
    expect(api.failures).toEqual([])
    expect(await referralOf(caseId)).toMatchObject({ basis: 'consent' })
    const { body } = await api.call(`/v1/cases/${caseId}`, { as: 'caseworker.gan' })
    expect(body.firstContactAt).not.toBeNull()
  })

  test('stays with her when the case gets another caseworker', async () => {
    const caseId = await notify({ type: 'power-cutoff' })
    const read = await api.call(`/v1/cases/${caseId}`, { as: 'caseworker.gan' })
    const json = { personId: api.person('caseworker2.gan'), reason: 'Sjuk' }
    const headers = { 'if-match': String(read.headers['etag']) }
    const moved = await api.call(`/v1/cases/${caseId}/assignments`, { as: 'supervisor.gan', json, headers })
    expect(moved.status).toBe(201)
    const task = await api.owner
      .selectFrom('task')
      .select(['committee', 'unit'])
      .where('caseId', '=', caseId)
      .where('role', '=', 'counsellor')
      .executeTakeFirstOrThrow()
    expect(task).toEqual({ committee: 'SN', unit: 'SN-BOS' })
  })
})
