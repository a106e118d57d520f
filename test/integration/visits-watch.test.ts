// Home visits when people are few or away: offered on, counted, told of in time, and watched until all are out.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { enterAbsence, listAbsences, withdrawAbsence } from '../../shared/casework/absences.ts'
import { readCase } from '../../shared/casework/cases.ts'
import { cancelVisit } from '../../shared/casework/visit-changes.ts'
import { bookSuggestion } from '../../shared/casework/visit-offers.ts'
import { recordVisit } from '../../shared/casework/visit-results.ts'
import { checkOut, readVisitSheet } from '../../shared/casework/visit-sheet.ts'
import { readVisitWeek } from '../../shared/casework/visit-week.ts'
import { instantAt } from '../../shared/domain/calendar.ts'
import { actorNamed } from '../support/story.ts'
import { codeOf, idOf, openVisitStory } from '../support/visit-story.ts'

let on: Awaited<ReturnType<typeof openVisitStory>>
beforeAll(async () => {
  on = await openVisitStory()
})
afterAll(() => on.story.close())

describe('when the own committee has nobody', () => {
  test('the next committee is offered a time, takes it, and sees what it needs and no more', async () => {
    await enterAbsence(on.story.spine.web, on.anette, {
      personId: idOf(on.besim),
      awayFrom: '2026-11-23',
      awayTo: '2026-12-11',
    })
    await on.story.spine.drain()
    const caseId = await on.aCase()
    const need = await on.needOf(caseId)
    expect(need).toMatchObject({ state: 'offered', offeredTo: 'SN' })
    const told = await on.alertsOf('visit-capacity')
    expect(told.at(-1)).toMatchObject({ recipient: 'unit-supervisor', to: 'anette.gan' })
    const offers = (await readVisitWeek(on.story.spine.web, on.lotta, '2026-11-23')).waiting
    const offer = offers.find(({ id }) => id === need.id)
    expect(offer).toMatchObject({ caseId: null, caseNumber: null, area: '702' })
    expect(JSON.stringify(offers)).not.toMatch(/Hushåll|Fallgatan|2026-00/)
    expect(await codeOf(bookSuggestion(on.story.spine.web, on.viktoria, need.id))).toBe('not-found')
    expect(await bookSuggestion(on.story.spine.web, on.lotta, need.id)).toBeNull()
    await on.story.spine.drain()
    const visit = await on.story.spine.owner
      .selectFrom('visit')
      .selectAll()
      .where('caseId', '=', caseId)
      .executeTakeFirstOrThrow()
    const visitor = (await actorById(visit.visitors)).find(
      ({ committee, role }) => committee === 'SN' && role === 'visitor',
    )!
    expect(await readVisitSheet(on.story.spine.web, on.story.spine.tools, visitor, visit.id)).toMatchObject({
      seesCase: false,
      address: expect.stringContaining('Fallgatan'),
    })
    expect(
      await codeOf(readCase(on.story.spine.web, on.story.spine.tools, visitor, { caseId, purpose: null })),
    ).toBe('not-found')
    expect(
      await codeOf(readVisitSheet(on.story.spine.web, on.story.spine.tools, on.viktoria, visit.id)),
    ).toBe('not-found')
    const result = { visitId: visit.id, outcome: 'VID_DORREN', consentGiven: false, note: null }
    await recordVisit(on.story.spine.web, visitor, caseId, result)
    await recordVisit(on.story.spine.web, visitor, caseId, result)
    await on.story.spine.drain()
    const contacts = await on.story.spine.owner
      .selectFrom('contact')
      .select(['result', 'reached'])
      .where('caseId', '=', caseId)
      .execute()
    expect(contacts).toEqual([{ result: 'VID_DORREN', reached: true }])
    const task = await on.story.spine.owner
      .selectFrom('task')
      .select(['state', 'outcome'])
      .where('id', '=', need.taskId)
      .executeTakeFirst()
    expect(task).toEqual({ state: 'done', outcome: 'VID_DORREN' })
  })

  test('and nobody else has, the lack is counted, and told once a day at most', async () => {
    await sql`insert into absence (person_id, away_from, away_to) select id, '2026-11-23', '2026-12-11' from person
      where role = 'visitor' or unit = 'SN-BOKONS' on conflict do nothing`.execute(on.story.spine.owner)
    const before = (await on.alertsOf('visit-capacity')).length
    const cases = [await on.aCase(), await on.aCase()]
    for (const caseId of cases)
      expect(await on.needOf(caseId)).toMatchObject({
        state: 'lacking',
        reason: 'KAPACITET',
        lackedAt: expect.any(String),
      })
    expect((await on.alertsOf('visit-capacity')).length - before).toBe(0) // this week's worry was told today already
    await on.story.moveTo('2026-11-24')
    expect((await on.alertsOf('visit-capacity')).length).toBeGreaterThan(before)
    await sql`update absence set withdrawn_at = clock_now() where entered_by is null`.execute(
      on.story.spine.owner,
    )
    await on.planAgain()
    expect(await on.needOf(cases[0]!)).toMatchObject({ state: 'offered', reason: 'KAPACITET' })
  })
})

const actorById = async (ids: readonly string[]) => {
  const rows = await on.story.spine.owner
    .selectFrom('person')
    .select('username')
    .where('id', 'in', [...ids])
    .execute()
  return Promise.all(rows.map(({ username }) => actorNamed(on.story.spine, username)))
}

describe('absence', () => {
  test('asks the supervisor to rebook, is what everybody reads, and is taken back whole', async () => {
    const hanna = await actorNamed(on.story.spine, 'petter.gan')
    const visit = await on.book(await on.aCase(), {
      startsAt: instantAt('2027-02-02', '10:00'),
      visitors: [idOf(on.gunilla), idOf(hanna)],
    })
    const away = { personId: idOf(hanna), awayFrom: '2027-02-01', awayTo: '2027-02-05' }
    expect(await codeOf(enterAbsence(on.story.spine.web, on.gunilla, away))).toBe('not-found')
    await enterAbsence(on.story.spine.web, hanna, away)
    await enterAbsence(on.story.spine.web, hanna, away)
    await on.story.spine.drain()
    const reviews = await on.story.spine.owner
      .selectFrom('task')
      .select(['role', 'committee'])
      .where('occurrence', 'like', `review/visit-absent#${visit.id}%`)
      .execute()
    expect(reviews).toEqual([{ role: 'supervisor', committee: 'GAN' }])
    const read = () =>
      on.story.spine.owner
        .selectFrom('person')
        .select(['absentFrom', 'absentTo'])
        .where('id', '=', idOf(hanna))
        .executeTakeFirst()
    expect(await read()).toEqual({ absentFrom: '2027-02-01', absentTo: '2027-02-05' })
    expect(
      await codeOf(
        on.book(await on.aCase(), {
          startsAt: instantAt('2027-02-03', '10:00'),
          visitors: [idOf(on.gunilla), idOf(hanna)],
        }),
      ),
    ).toBe('visit.absent')
    const [own] = await listAbsences(on.story.spine.web, hanna)
    expect(await listAbsences(on.story.spine.web, on.lotta)).toEqual([])
    expect(await codeOf(withdrawAbsence(on.story.spine.web, on.lotta, own!.id))).toBe('not-found')
    await withdrawAbsence(on.story.spine.web, hanna, own!.id)
    await on.story.spine.drain()
    expect(await read()).toEqual({ absentFrom: null, absentTo: null })
  })
})

describe('the safety clock', () => {
  test('calls the supervisor half an hour after the end, then the duty list, each once; who is out in time is not called for', async () => {
    const [late, safe, off] = [await on.aCase(), await on.aCase(), await on.aCase()]
    const visitors = [idOf(await actorNamed(on.story.spine, 'petter.gan')), idOf(on.gunilla)]
    const visit = await on.book(late, {
      startsAt: instantAt('2026-11-24', '10:00'),
      visitors,
    })
    const other = await on.book(safe, {
      startsAt: instantAt('2026-11-24', '13:00'),
      visitors,
    })
    const gone = await on.book(off, {
      startsAt: instantAt('2026-11-24', '15:00'),
      visitors,
      reasonAnyway: 'x',
    })
    await cancelVisit(on.story.spine.web, on.gunilla, { visitId: gone.id, why: 'avbokat' })
    await on.story.spine.drain()
    const of = async (id: string) =>
      await on.story.spine.owner
        .selectFrom('alert')
        .select(['recipient', 'step', 'urgency'])
        .where('subjectId', '=', id)
        .orderBy('step')
        .execute()
    await on.story.passTo('2026-11-24', '11:29')
    expect(await of(visit.id)).toEqual([])
    await on.story.passTo('2026-11-24', '11:31')
    expect(await of(visit.id)).toEqual([{ recipient: 'unit-supervisor', step: 1, urgency: 4 }])
    await on.story.passTo('2026-11-24', '13:50')
    expect(await of(visit.id)).toEqual([
      { recipient: 'unit-supervisor', step: 1, urgency: 4 },
      { recipient: 'duty-list', step: 2, urgency: 4 },
    ])
    await checkOut(on.story.spine.web, on.besim, other.id)
    await checkOut(on.story.spine.web, on.besim, other.id)
    await on.story.passTo('2026-11-24', '18:00')
    expect([await of(other.id), await of(gone.id)]).toEqual([[], []])
    expect((await of(visit.id)).length).toBe(2)
    expect(on.story.spine.failures).toEqual([])
  })
})
