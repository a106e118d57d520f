// Home visits through the database: planned once, booked once, offered on, told of in time, watched until all are out.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { enterAbsence, listAbsences, withdrawAbsence } from '../../shared/casework/absences.ts'
import { moment, type Actor } from '../../shared/casework/act.ts'
import { readCase } from '../../shared/casework/cases.ts'
import { sweepVisits } from '../../shared/casework/sweeps.ts'
import { cancelVisit, rebookVisit } from '../../shared/casework/visit-changes.ts'
import { bookSuggestion } from '../../shared/casework/visit-offers.ts'
import { planVisits } from '../../shared/casework/visit-planning.ts'
import { recordVisit } from '../../shared/casework/visit-results.ts'
import { checkOut, readVisitSheet } from '../../shared/casework/visit-sheet.ts'
import { readVisitWeek } from '../../shared/casework/visit-week.ts'
import { bookVisit, type Visit } from '../../shared/casework/visits.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { instantAt } from '../../shared/domain/calendar.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { actorNamed, openStory, type Story } from '../support/story.ts'

let story: Story
let [gunilla, besim, anette, lotta, viktoria]: Actor[] = []
beforeAll(async () => {
  story = await openStory('2026-11-23')
  const names = ['gunilla.gan', 'besim.gan', 'anette.gan', 'lotta.lots', 'viktoria.von']
  ;[gunilla, besim, anette, lotta, viktoria] = await Promise.all(
    names.map((name) => actorNamed(story.spine, name)),
  )
}, 60_000)
afterAll(() => story.close())

let made = 0
/** A household's case in GAN, whose visit the plan has looked at. */
async function aCase(): Promise<string> {
  made += 1
  const where = {
    address: `Fallgatan ${made}`,
    postalCode: '702 10',
    city: 'Örebro',
    apartmentNumber: '1101',
  }
  const { id } = await story.notify({
    reference: `V-${made}`,
    tenant: { name: `Hushåll ${made}` },
    dwelling: where,
  })
  const row = await story.spine.owner
    .selectFrom('notice')
    .select('caseId')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.caseId ?? ''
}

const needOf = (caseId: string) =>
  story.spine.owner
    .selectFrom('visitNeed')
    .selectAll()
    .where('caseId', '=', caseId)
    .orderBy('dueOn')
    .executeTakeFirstOrThrow()
const idOf = (actor: Actor | undefined) => actor?.personId ?? ''
const book = (caseId: string, over: object = {}): Promise<Visit> =>
  bookVisit(story.spine.web, gunilla!, {
    caseId,
    ifMatch: null,
    startsAt: instantAt('2026-12-14', '10:00'),
    minutes: 60,
    visitors: [idOf(besim), idOf(gunilla)],
    announced: true,
    reason: null,
    taskId: null,
    ...over,
  })
const codeOf = (deed: Promise<unknown>) =>
  deed.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
const planAgain = () =>
  story.spine.worker.transaction().execute(async (trx) => planVisits(trx, await moment(trx)))
const alertsOf = async (trigger: string) => (await story.alerts()).filter((one) => one.trigger === trigger)
const snapshot = async () =>
  (await sql`select to_jsonb(n) - 'looked_at' as n from visit_need n order by id`.execute(story.spine.owner))
    .rows

describe('the plan', () => {
  test('suggests a mixed pair in time; planned twice, or by two at once, nothing is written again', async () => {
    const caseId = await aCase()
    const need = await needOf(caseId)
    expect(need).toMatchObject({ state: 'suggested', committee: 'GAN', offeredTo: null, reason: null })
    const olle = await actorNamed(story.spine, 'olle.sn')
    expect(need.personIds?.toSorted()).toEqual([idOf(besim), idOf(olle)].toSorted())
    const [before, outbox] = [await snapshot(), await countOf('outbox')]
    await Promise.all([planAgain(), planAgain()])
    await planAgain()
    expect(await snapshot()).toEqual(before)
    expect(await countOf('outbox')).toBe(outbox)
  })

  test('two sweeps at once make each need looked at once, and a quiet second nothing at all', async () => {
    const [one, two] = [0, 1].map(() =>
      openDatabase({ url: story.spine.url, role: 'bokvar_sweeper', max: 1 }),
    )
    try {
      expect(await sweepVisits(one!)).toBe(0)
      await sql`update visit_need set looked_at = null where state <> 'ended'`.execute(story.spine.owner)
      const told = await Promise.all([sweepVisits(one!), sweepVisits(two!)])
      expect(told.reduce((sum, n) => sum + n)).toBeGreaterThan(0)
      expect(await sweepVisits(one!)).toBe(0)
    } finally {
      await Promise.all([one, two].map((db) => db?.destroy()))
    }
  })

  test('a suggestion is booked at one press, and pressed twice at once it is one visit', async () => {
    const need = await needOf(await aCase())
    const both = await Promise.all(
      [0, 1].map(() => bookSuggestion(story.spine.web, gunilla!, need.id).catch((e: unknown) => e)),
    )
    const visits = both.filter(
      (one): one is Visit => one !== null && typeof one === 'object' && 'startsAt' in one,
    )
    expect(new Set(visits.map(({ id }) => id)).size).toBe(1)
    await story.spine.drain()
    expect(await needOf(need.caseId)).toMatchObject({ state: 'booked', startsAt: null })
    const rows = await story.spine.owner
      .selectFrom('visit')
      .select(['state', 'taskId'])
      .where('caseId', '=', need.caseId)
      .execute()
    expect(rows).toEqual([{ state: 'booked', taskId: need.taskId }])
  })
})

const countOf = async (table: 'outbox') =>
  (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(story.spine.owner))
    .rows[0]?.n

describe('a booking', () => {
  test.each<[string, object, string]>([
    ['by one alone', { visitors: [] }, 'visit.two'],
    ['in the past', { startsAt: '2020-01-01T09:00:00Z' }, 'visit.past'],
    ['on a Sunday', { startsAt: instantAt('2026-12-13', '10:00') }, 'visit.closed-day'],
    ['before the office opens', { startsAt: instantAt('2026-12-14', '07:00') }, 'visit.hours'],
    ['in an evening they do not work', { startsAt: instantAt('2026-12-14', '18:00') }, 'visit.evening'],
    ['unannounced without a reason', { announced: false }, 'visit.unannounced'],
  ])('%s is refused with what to do instead', async (_, over, code) => {
    const visitors = 'visitors' in over ? [idOf(besim)] : [idOf(besim), idOf(gunilla)]
    expect(await codeOf(book(await firstCase(), { ...over, visitors }))).toBe(code)
  })

  test('on a closed day stands with a reason; two of one house do not where the municipality says so', async () => {
    const caseId = await firstCase()
    const sunday = { startsAt: instantAt('2026-12-20', '10:00'), reasonAnyway: 'Sista dagen, barn i hemmet' }
    expect(await codeOf(book(caseId, sunday))).toBe('done')
    const pairs = (pairing: string) =>
      sql`update municipality set settings = jsonb_set(settings, '{visits,pairing}', ${JSON.stringify(pairing)}::jsonb)`.execute(
        story.spine.owner,
      )
    await pairs('different')
    expect(await codeOf(book(caseId, { startsAt: instantAt('2026-12-16', '10:00') }))).toBe(
      'visit.same-organisation',
    )
    await pairs('mixed-first')
  })

  test('past the day’s limit needs a reason; the database itself lets nobody be in two places', async () => {
    const at = (time: string) => ({ startsAt: instantAt('2026-12-17', time) })
    const [one, two, three] = [await aCase(), await aCase(), await aCase()]
    await book(one, at('09:00'))
    await book(two, at('11:00'))
    expect(await codeOf(book(three, at('13:00')))).toBe('visit.full')
    expect(await codeOf(book(three, at('11:30')))).toBe('visit.taken')
    expect(await codeOf(book(three, { ...at('13:00'), reasonAnyway: 'Avhysning i morgon' }))).toBe('done')
    const { rows } = await sql<{ id: string }>`select id from visit where case_id = ${three}`.execute(
      story.spine.owner,
    )
    const beside =
      sql`update visit_person set starts_at = ${instantAt('2026-12-17', '09:30')}, ends_at = ${instantAt('2026-12-17', '10:30')}
      where visit_id = ${rows[0]?.id}`.execute(story.spine.owner)
    await expect(beside).rejects.toMatchObject({ code: '23P01', constraint: 'visit_person_once' })
  })

  test('is moved and called off with a reason, and its people are free again', async () => {
    const visit = await book(await aCase(), { startsAt: instantAt('2026-12-21', '10:00') })
    const to = {
      visitId: visit.id,
      startsAt: instantAt('2026-12-21', '13:00'),
      minutes: 60,
      visitors: visit.visitors,
    }
    expect(await codeOf(rebookVisit(story.spine.web, gunilla!, { ...to, why: ' ' }))).toBe('visit.why')
    const moved = await rebookVisit(story.spine.web, gunilla!, { ...to, why: 'Hyresgästen bad om det' })
    expect(moved.startsAt).toBe(instantAt('2026-12-21', '13:00').replace('Z', '.000Z'))
    expect(await rebookVisit(story.spine.web, gunilla!, { ...to, why: 'Igen' })).toEqual(moved)
    const off = () =>
      cancelVisit(story.spine.web, gunilla!, { visitId: visit.id, why: 'Hyresgästen avböjde' })
    expect([(await off()).state, (await off()).state]).toEqual(['cancelled', 'cancelled'])
    expect(await codeOf(rebookVisit(story.spine.web, gunilla!, { ...to, why: 'Ändå' }))).toBe('visit.done')
    expect(await codeOf(book(await aCase(), { startsAt: instantAt('2026-12-21', '13:00') }))).toBe('done')
  })

  test('of a protected person is made by the named group, and is seen by nobody else', async () => {
    const caseId = await aCase()
    const visit = await book(caseId, { startsAt: instantAt('2027-01-11', '10:00') })
    await sql`update arrears_case set protected = true where id = ${caseId}`.execute(story.spine.owner)
    await sql`insert into outbox (topic, subject_id) values ('case.changed', ${caseId})`.execute(
      story.spine.owner,
    )
    await story.spine.drain()
    for (const actor of [gunilla, besim, viktoria])
      expect(await codeOf(readVisitSheet(story.spine.web, actor!, visit.id))).toBe('not-found')
    expect((await needOf(caseId)).state).toBe('ended')
    const week = await readVisitWeek(story.spine.web, gunilla!, '2027-01-11')
    const busy = week.people.flatMap(({ days }) => days.flatMap((day) => day.busy))
    expect(busy).toEqual([expect.objectContaining({ visitId: null, area: null })])
  })
})

const firstCase = async () =>
  (
    await story.spine.owner
      .selectFrom('arrearsCase')
      .select('id')
      .where('protected', '=', false)
      .orderBy('number')
      .limit(1)
      .executeTakeFirst()
  )?.id ?? ''

describe('when the own committee has nobody', () => {
  test('the next committee is offered a time, takes it, and sees what it needs and no more', async () => {
    await enterAbsence(story.spine.web, anette!, {
      personId: idOf(besim),
      awayFrom: '2026-11-23',
      awayTo: '2026-12-11',
    })
    await story.spine.drain()
    const caseId = await aCase()
    const need = await needOf(caseId)
    expect(need).toMatchObject({ state: 'offered', offeredTo: 'SN' })
    const told = await alertsOf('visit-capacity')
    expect(told.at(-1)).toMatchObject({ recipient: 'unit-supervisor', to: 'anette.gan' })
    const offers = (await readVisitWeek(story.spine.web, lotta!, '2026-11-23')).waiting
    const offer = offers.find(({ id }) => id === need.id)
    expect(offer).toMatchObject({ caseId: null, caseNumber: null, area: '702' })
    expect(JSON.stringify(offers)).not.toMatch(/Hushåll|Fallgatan|2026-00/)
    expect(await codeOf(bookSuggestion(story.spine.web, viktoria!, need.id))).toBe('not-found')
    expect(await bookSuggestion(story.spine.web, lotta!, need.id)).toBeNull()
    await story.spine.drain()
    const visit = await story.spine.owner
      .selectFrom('visit')
      .selectAll()
      .where('caseId', '=', caseId)
      .executeTakeFirstOrThrow()
    const visitor = (await actorById(visit.visitors)).find(
      ({ committee, role }) => committee === 'SN' && role === 'visitor',
    )!
    expect(await readVisitSheet(story.spine.web, visitor, visit.id)).toMatchObject({
      seesCase: false,
      address: expect.stringContaining('Fallgatan'),
    })
    expect(
      await codeOf(readCase(story.spine.web, story.spine.tools, visitor, { caseId, purpose: null })),
    ).toBe('not-found')
    expect(await codeOf(readVisitSheet(story.spine.web, viktoria!, visit.id))).toBe('not-found')
    const result = { visitId: visit.id, outcome: 'VID_DORREN', consentGiven: false, note: null }
    await recordVisit(story.spine.web, visitor, caseId, result)
    await recordVisit(story.spine.web, visitor, caseId, result)
    await story.spine.drain()
    const contacts = await story.spine.owner
      .selectFrom('contact')
      .select(['result', 'reached'])
      .where('caseId', '=', caseId)
      .execute()
    expect(contacts).toEqual([{ result: 'VID_DORREN', reached: true }])
    const task = await story.spine.owner
      .selectFrom('task')
      .select(['state', 'outcome'])
      .where('id', '=', need.taskId)
      .executeTakeFirst()
    expect(task).toEqual({ state: 'done', outcome: 'VID_DORREN' })
  })

  test('and nobody else has, the lack is counted, and told once a day at most', async () => {
    await sql`insert into absence (person_id, away_from, away_to) select id, '2026-11-23', '2026-12-11' from person
      where role = 'visitor' or unit = 'SN-BOKONS' on conflict do nothing`.execute(story.spine.owner)
    const before = (await alertsOf('visit-capacity')).length
    const cases = [await aCase(), await aCase()]
    for (const caseId of cases)
      expect(await needOf(caseId)).toMatchObject({
        state: 'lacking',
        reason: 'KAPACITET',
        lackedAt: expect.any(String),
      })
    expect((await alertsOf('visit-capacity')).length - before).toBe(0) // this week's worry was told today already
    await story.moveTo('2026-11-24')
    expect((await alertsOf('visit-capacity')).length).toBeGreaterThan(before)
    await sql`update absence set withdrawn_at = clock_now() where entered_by is null`.execute(story.spine.owner)
    await planAgain()
    expect(await needOf(cases[0]!)).toMatchObject({ state: 'offered', reason: 'KAPACITET' })
  })
})

const actorById = async (ids: readonly string[]) => {
  const rows = await story.spine.owner
    .selectFrom('person')
    .select('username')
    .where('id', 'in', [...ids])
    .execute()
  return Promise.all(rows.map(({ username }) => actorNamed(story.spine, username)))
}

describe('absence', () => {
  test('asks the supervisor to rebook, is what everybody reads, and is taken back whole', async () => {
    const hanna = await actorNamed(story.spine, 'petter.gan')
    const visit = await book(await aCase(), {
      startsAt: instantAt('2027-02-02', '10:00'),
      visitors: [idOf(gunilla), idOf(hanna)],
    })
    const away = { personId: idOf(hanna), awayFrom: '2027-02-01', awayTo: '2027-02-05' }
    expect(await codeOf(enterAbsence(story.spine.web, gunilla!, away))).toBe('not-found')
    await enterAbsence(story.spine.web, hanna, away)
    await enterAbsence(story.spine.web, hanna, away)
    await story.spine.drain()
    const reviews = await story.spine.owner
      .selectFrom('task')
      .select(['role', 'committee'])
      .where('occurrence', 'like', `review/visit-absent#${visit.id}%`)
      .execute()
    expect(reviews).toEqual([{ role: 'supervisor', committee: 'GAN' }])
    const read = () =>
      story.spine.owner
        .selectFrom('person')
        .select(['absentFrom', 'absentTo'])
        .where('id', '=', idOf(hanna))
        .executeTakeFirst()
    expect(await read()).toEqual({ absentFrom: '2027-02-01', absentTo: '2027-02-05' })
    expect(
      await codeOf(
        book(await aCase(), {
          startsAt: instantAt('2027-02-03', '10:00'),
          visitors: [idOf(gunilla), idOf(hanna)],
        }),
      ),
    ).toBe('visit.absent')
    const [own] = await listAbsences(story.spine.web, hanna)
    expect(await listAbsences(story.spine.web, lotta!)).toEqual([])
    expect(await codeOf(withdrawAbsence(story.spine.web, lotta!, own!.id))).toBe('not-found')
    await withdrawAbsence(story.spine.web, hanna, own!.id)
    await story.spine.drain()
    expect(await read()).toEqual({ absentFrom: null, absentTo: null })
  })
})

describe('the safety clock', () => {
  test('calls the supervisor half an hour after the end, then the duty list, each once; who is out in time is not called for', async () => {
    const [late, safe, off] = [await aCase(), await aCase(), await aCase()]
    const visitors = [idOf(await actorNamed(story.spine, 'petter.gan')), idOf(gunilla)]
    const visit = await book(late, {
      startsAt: instantAt('2026-11-24', '10:00'),
      visitors,
    })
    const other = await book(safe, {
      startsAt: instantAt('2026-11-24', '13:00'),
      visitors,
    })
    const gone = await book(off, {
      startsAt: instantAt('2026-11-24', '15:00'),
      visitors,
      reasonAnyway: 'x',
    })
    await cancelVisit(story.spine.web, gunilla!, { visitId: gone.id, why: 'avbokat' })
    await story.spine.drain()
    const of = async (id: string) =>
      await story.spine.owner
        .selectFrom('alert')
        .select(['recipient', 'step', 'urgency'])
        .where('subjectId', '=', id)
        .orderBy('step')
        .execute()
    await story.passTo('2026-11-24', '11:29')
    expect(await of(visit.id)).toEqual([])
    await story.passTo('2026-11-24', '11:31')
    expect(await of(visit.id)).toEqual([{ recipient: 'unit-supervisor', step: 1, urgency: 4 }])
    await story.passTo('2026-11-24', '13:50')
    expect(await of(visit.id)).toEqual([
      { recipient: 'unit-supervisor', step: 1, urgency: 4 },
      { recipient: 'duty-list', step: 2, urgency: 4 },
    ])
    await checkOut(story.spine.web, besim!, other.id)
    await checkOut(story.spine.web, besim!, other.id)
    await story.passTo('2026-11-24', '18:00')
    expect([await of(other.id), await of(gone.id)]).toEqual([[], []])
    expect((await of(visit.id)).length).toBe(2)
    expect(story.spine.failures).toEqual([])
  }, 60_000)
})
