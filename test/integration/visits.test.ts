// Home visits through the database: planned once, booked once, refused with what to do instead.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { sweepVisits } from '../../shared/casework/sweeps.ts'
import { cancelVisit, rebookVisit } from '../../shared/casework/visit-changes.ts'
import { bookSuggestion } from '../../shared/casework/visit-offers.ts'
import { readVisitSheet } from '../../shared/casework/visit-sheet.ts'
import { readVisitWeek } from '../../shared/casework/visit-week.ts'
import type { Visit } from '../../shared/casework/visits.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { instantAt } from '../../shared/domain/calendar.ts'
import { actorNamed } from '../support/story.ts'
import { codeOf, idOf, openVisitStory } from '../support/visit-story.ts'

let on: Awaited<ReturnType<typeof openVisitStory>>
beforeAll(async () => {
  on = await openVisitStory()
})
afterAll(() => on.story.close())

const snapshot = async () =>
  (
    await sql`select to_jsonb(n) - 'looked_at' as n from visit_need n order by id`.execute(
      on.story.spine.owner,
    )
  ).rows

describe('the plan', () => {
  test('suggests a mixed pair in time; planned twice, or by two at once, nothing is written again', async () => {
    const caseId = await on.aCase()
    const need = await on.needOf(caseId)
    expect(need).toMatchObject({ state: 'suggested', committee: 'GAN', offeredTo: null, reason: null })
    const olle = await actorNamed(on.story.spine, 'olle.sn')
    expect(need.personIds?.toSorted()).toEqual([idOf(on.besim), idOf(olle)].toSorted())
    const [before, outbox] = [await snapshot(), await countOf('outbox')]
    await Promise.all([on.planAgain(), on.planAgain()])
    await on.planAgain()
    expect(await snapshot()).toEqual(before)
    expect(await countOf('outbox')).toBe(outbox)
  })

  test('two sweeps at once make each need looked at once, and a quiet second nothing at all', async () => {
    const [one, two] = [0, 1].map(() =>
      openDatabase({ url: on.story.spine.url, role: 'bokvar_sweeper', max: 1 }),
    )
    try {
      expect(await sweepVisits(one!)).toBe(0)
      await sql`update visit_need set looked_at = null where state <> 'ended'`.execute(on.story.spine.owner)
      const told = await Promise.all([sweepVisits(one!), sweepVisits(two!)])
      expect(told.reduce((sum, n) => sum + n)).toBeGreaterThan(0)
      expect(await sweepVisits(one!)).toBe(0)
    } finally {
      await Promise.all([one?.destroy(), two?.destroy()])
    }
  })

  test('while a burst is being planned no need has the weeks planned until it is a minute old, then all together', async () => {
    const { owner, url } = on.story.spine
    await Promise.all([on.aCase(), on.aCase()])
    const sweeper = openDatabase({ url, role: 'bokvar_sweeper', max: 1 })
    const unseen = async () =>
      (await owner.selectFrom('visitNeed').select('id').where('lookedAt', 'is', null).execute()).length
    try {
      await sql`update visit_need set looked_at = null, created_at = clock_now() where state <> 'ended'`.execute(
        owner,
      )
      await sql`insert into outbox (topic, subject_id) values ('case.routed', gen_random_uuid())`.execute(
        owner,
      )
      expect(await sweepVisits(sweeper)).toBe(0)
      expect(await unseen()).toBeGreaterThan(1)
      await sql`update visit_need set created_at = clock_now() - interval '61 seconds'
        where id = (select id from visit_need where looked_at is null limit 1)`.execute(owner)
      expect(await sweepVisits(sweeper)).toBe(1)
      expect(await unseen()).toBe(0)
    } finally {
      await sweeper.destroy()
    }
    await on.story.spine.drain()
  })

  test('waits for nobody: a need that is being changed is left to the next plan, which is asked for', async () => {
    const { owner } = on.story.spine
    const { id } = await on.needOf(await on.aCase())
    const stored = () =>
      owner.selectFrom('visitNeed').select(['state', 'lookedAt']).where('id', '=', id).executeTakeFirst()
    await sql`update visit_need set state = 'wanted', looked_at = null where id = ${id}`.execute(owner)
    await owner.transaction().execute(async (trx) => {
      await sql`update visit_need set postal_code = postal_code where id = ${id}`.execute(trx)
      await on.planAgain()
    })
    expect(await stored()).toEqual({ state: 'wanted', lookedAt: null })
    await on.story.spine.drain()
    expect(await stored()).toMatchObject({ state: 'suggested', lookedAt: expect.any(String) })
  })

  test('a suggestion is booked at one press, and pressed twice at once it is one visit', async () => {
    const need = await on.needOf(await on.aCase())
    const both = await Promise.all(
      [0, 1].map(() => bookSuggestion(on.story.spine.web, on.gunilla, need.id).catch((e: unknown) => e)),
    )
    const visits = both.filter(
      (one): one is Visit => one !== null && typeof one === 'object' && 'startsAt' in one,
    )
    expect(new Set(visits.map(({ id }) => id)).size).toBe(1)
    await on.story.spine.drain()
    expect(await on.needOf(need.caseId)).toMatchObject({ state: 'booked', startsAt: null })
    const rows = await on.story.spine.owner
      .selectFrom('visit')
      .select(['state', 'taskId'])
      .where('caseId', '=', need.caseId)
      .execute()
    expect(rows).toEqual([{ state: 'booked', taskId: need.taskId }])
  })
})

const countOf = async (table: 'outbox') =>
  (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(on.story.spine.owner))
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
    const visitors = 'visitors' in over ? [idOf(on.besim)] : [idOf(on.besim), idOf(on.gunilla)]
    expect(await codeOf(on.book(await on.firstCase(), { ...over, visitors }))).toBe(code)
  })

  test('on a closed day stands with a reason; two of one house do not where the municipality says so', async () => {
    const caseId = await on.firstCase()
    const sunday = { startsAt: instantAt('2026-12-20', '10:00'), reasonAnyway: 'Sista dagen, barn i hemmet' }
    expect(await codeOf(on.book(caseId, sunday))).toBe('done')
    const pairs = (pairing: string) =>
      sql`update municipality set settings = jsonb_set(settings, '{visits,pairing}', ${JSON.stringify(pairing)}::jsonb)`.execute(
        on.story.spine.owner,
      )
    await pairs('different')
    expect(await codeOf(on.book(caseId, { startsAt: instantAt('2026-12-16', '10:00') }))).toBe(
      'visit.same-organisation',
    )
    await pairs('mixed-first')
  })

  test('past the day’s limit needs a reason; the database itself lets nobody be in two places', async () => {
    const at = (time: string) => ({ startsAt: instantAt('2026-12-17', time) })
    const [one, two, three] = [await on.aCase(), await on.aCase(), await on.aCase()]
    await on.book(one, at('09:00'))
    await on.book(two, at('11:00'))
    expect(await codeOf(on.book(three, at('13:00')))).toBe('visit.full')
    expect(await codeOf(on.book(three, at('11:30')))).toBe('visit.taken')
    expect(await codeOf(on.book(three, { ...at('13:00'), reasonAnyway: 'Avhysning i morgon' }))).toBe('done')
    const { rows } = await sql<{ id: string }>`select id from visit where case_id = ${three}`.execute(
      on.story.spine.owner,
    )
    const beside =
      sql`update visit_person set starts_at = ${instantAt('2026-12-17', '09:30')}, ends_at = ${instantAt('2026-12-17', '10:30')}
      where visit_id = ${rows[0]?.id}`.execute(on.story.spine.owner)
    await expect(beside).rejects.toMatchObject({ code: '23P01', constraint: 'visit_person_once' })
  })

  test('is moved and called off with a reason, and its people are free again', async () => {
    const visit = await on.book(await on.aCase(), { startsAt: instantAt('2026-12-21', '10:00') })
    const to = {
      visitId: visit.id,
      startsAt: instantAt('2026-12-21', '13:00'),
      minutes: 60,
      visitors: visit.visitors,
    }
    expect(await codeOf(rebookVisit(on.story.spine.web, on.gunilla, { ...to, why: ' ' }))).toBe('visit.why')
    const moved = await rebookVisit(on.story.spine.web, on.gunilla, { ...to, why: 'Hyresgästen bad om det' })
    expect(moved.startsAt).toBe(instantAt('2026-12-21', '13:00').replace('Z', '.000Z'))
    expect(await rebookVisit(on.story.spine.web, on.gunilla, { ...to, why: 'Igen' })).toEqual(moved)
    const off = () =>
      cancelVisit(on.story.spine.web, on.gunilla, { visitId: visit.id, why: 'Hyresgästen avböjde' })
    expect([(await off()).state, (await off()).state]).toEqual(['cancelled', 'cancelled'])
    expect(await codeOf(rebookVisit(on.story.spine.web, on.gunilla, { ...to, why: 'Ändå' }))).toBe(
      'visit.done',
    )
    expect(await codeOf(on.book(await on.aCase(), { startsAt: instantAt('2026-12-21', '13:00') }))).toBe(
      'done',
    )
  })

  test('of a protected person is made by the named group, and is seen by nobody else', async () => {
    const caseId = await on.aCase()
    const visit = await on.book(caseId, { startsAt: instantAt('2027-01-11', '10:00') })
    await sql`update arrears_case set protected = true where id = ${caseId}`.execute(on.story.spine.owner)
    await sql`insert into outbox (topic, subject_id) values ('case.changed', ${caseId})`.execute(
      on.story.spine.owner,
    )
    await on.story.spine.drain()
    for (const actor of [on.gunilla, on.besim, on.viktoria])
      expect(await codeOf(readVisitSheet(on.story.spine.web, on.story.spine.tools, actor, visit.id))).toBe(
        'not-found',
      )
    expect((await on.needOf(caseId)).state).toBe('ended')
    const week = await readVisitWeek(on.story.spine.web, on.gunilla, '2027-01-11')
    const busy = week.people.flatMap(({ days }) => days.flatMap((day) => day.busy))
    expect(busy).toEqual([expect.objectContaining({ visitId: null, area: null })])
  })
})
