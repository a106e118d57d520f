// Proves the planning over time: planning again, what follows from an outcome, and what holds for any case at all.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { addDays, isWorkingDay } from '../../shared/domain/calendar.ts'
import { endingOf, planTasks, replan, tasksAfter } from '../../shared/domain/planning.ts'
import type { ExistingTask, PlanningFacts } from '../../shared/domain/planning.ts'
import { aNotice, asExisting, dates, office, plan, templates } from '../support/planning-case.ts'

describe('planning again', () => {
  test('adds nothing, moves nothing and ends nothing when nothing has changed', () => {
    const none = { add: [], redate: [], end: [] }
    const first = plan()
    expect(replan(asExisting(first), first, null, templates)).toEqual(none)
    // ten days later, overdue tasks stay overdue instead of being due "today" for ever
    const later = plan({ firstPlannedOn: '2026-11-24' }, '2026-12-10')
    expect(replan(asExisting(first), later, null, templates)).toEqual(none)
  })

  test('a moved recovery period moves the tasks that hang on it, and tells from and to', () => {
    const moved = plan({ recoveryEnds: '2026-12-22', firstPlannedOn: '2026-11-24' }, '2026-11-25')
    const change = replan(asExisting(plan()), moved, null, templates)
    expect(change.redate.map(({ occurrence, from, to }) => [occurrence, from, to])).toEqual([
      ['T2/9a#1', '2026-12-07', '2026-12-14'],
      ['T2/10#1', '2026-12-15', '2026-12-22'],
    ])
    expect(change.add).toEqual([])
  })

  test('a second notice never gives an unmade call more time', () => {
    const second = plan({
      t0: '2026-12-14',
      receivedOn: '2026-12-14',
      recoveryEnds: null,
      firstPlannedOn: '2026-11-24',
    })
    const change = replan(asExisting(plan()), second, null, templates)
    expect(change.redate.filter((move) => move.to > move.from)).toEqual([])
  })

  test('a rescheduled eviction has a countdown of its own, and what was open for the old day ends', () => {
    const set = {
      stage: 'date-set',
      evictionDay: '2026-12-18',
      eventOn: '2026-12-01',
      firstPlannedOn: '2026-11-24',
    }
    const first = plan(set, '2026-12-01')
    const again = plan({ ...set, evictionDay: '2027-01-15', eventOn: '2026-12-10' }, '2026-12-10')
    const confirmation = first.filter((task) => task.template === 'T10' && task.task === '1')
    const confirmed = [
      ...asExisting(confirmation, { state: 'done' }),
      ...asExisting(first.filter((task) => !confirmation.includes(task))),
    ]
    const change = replan(confirmed, again, null, templates)
    expect(change.add.map((task) => task.occurrence)).toEqual(
      again.filter((task) => task.template === 'T10').map((task) => task.occurrence),
    )
    expect(change.add).toContainEqual(
      expect.objectContaining({ occurrence: 'T10/1#2027-01-15', dueDate: '2026-12-10' }),
    )
    expect(change.end).toContainEqual({ occurrence: 'T10/8#2026-12-18', reason: 'superseded' })
    expect(change.end).not.toContainEqual(expect.objectContaining({ occurrence: 'T10/1#2026-12-18' }))
  })

  test('a day that is set again after being called off has its whole countdown again, once', () => {
    const set = {
      stage: 'date-set',
      evictionDay: '2026-12-18',
      eventOn: '2026-12-01',
      firstPlannedOn: '2026-11-24',
    }
    const first = plan(set, '2026-12-01').filter((task) => task.template === 'T10')
    const calledOff = asExisting(first, { state: 'ended' })
    const { add } = replan(calledOff, first, null, templates)
    expect(add.map((task) => task.occurrence)).toEqual(first.map((task) => `${task.occurrence}~2`))
    expect(replan([...calledOff, ...asExisting(add)], first, null, templates)).toEqual({
      add: [],
      redate: [],
      end: [],
    })
    const twice = replan([...calledOff, ...asExisting(add, { state: 'ended' })], first, null, templates)
    expect(twice.add[0]?.occurrence).toBe(`${first[0]?.occurrence}~3`)
  })

  test.each([
    ['paid', 'paid'],
    ['withdrawn', 'withdrawn'],
    ['moved', 'moved'],
  ] as const)('%s: the open tasks end with that reason, and one task asks for the outcome', (_, ended) => {
    const now = plan(
      { ended, eventOn: '2026-11-26', firstPlannedOn: '2026-11-24', stage: 'early' },
      '2026-11-26',
    )
    const change = replan(asExisting(plan()), now, ended, templates)
    expect(change.add.map((task) => [task.occurrence, task.dueDate])).toEqual([['S/1#1', '2026-11-30']])
    expect(new Set(change.end.map((end) => end.reason))).toEqual(new Set([ended]))
    expect(change.end).toHaveLength(plan().length)
  })

  test('the wrong person: everything ends, and what is left is to close the case as an error', () => {
    const change = replan(
      asExisting(plan()),
      plan({ ended: 'wrong-person', stage: 'early' }),
      'wrong-person',
      templates,
    )
    expect(change.add.map(({ occurrence }) => occurrence)).toEqual(['S/1#1'])
    expect(change.end).toHaveLength(plan().length)
  })

  test('when Kronofogden cancels, the countdown ends as cancelled and the reason is asked for', () => {
    const set = {
      stage: 'date-set',
      evictionDay: '2026-12-18',
      eventOn: '2026-12-01',
      firstPlannedOn: '2026-11-24',
    }
    const facts = aNotice({ ...set, stage: 'stayed', evictionDay: null, eventOn: '2026-12-10' })
    const change = replan(
      asExisting(plan(set, '2026-12-01')),
      planTasks(facts, templates, office, '2026-12-10'),
      endingOf(facts),
      templates,
    )
    expect(change.end).toContainEqual({ occurrence: 'T10/8#2026-12-18', reason: 'cancelled' })
    expect(change.add.map((task) => task.occurrence)).toContain('T11/1#1')
  })

  test('paying the day before does not end the check that the eviction did not happen', () => {
    const set = {
      stage: 'date-set',
      evictionDay: '2026-12-18',
      eventOn: '2026-12-01',
      firstPlannedOn: '2026-11-24',
    }
    const left = plan({ ...set, ended: 'paid' }, '2026-12-17').map((task) => `${task.template}/${task.task}`)
    expect(left).toEqual(expect.arrayContaining(['T10/1', 'T10/7', 'T10/8', 'T10/9']))
    expect(left).not.toContain('T10/6')
  })

  test('done tasks stay done, and what a person or an outcome added is left alone while the case goes on', () => {
    const done = asExisting(plan(), { state: 'done' })
    const added: ExistingTask[] = [
      { occurrence: 'manual#1', state: 'open', dueDate: '2026-12-01', planned: false },
      { occurrence: 'T2/6#1.1', state: 'open', dueDate: '2026-12-01', planned: true },
    ]
    expect(replan([...done, ...added], plan(), null, templates)).toEqual({ add: [], redate: [], end: [] })
    expect(replan(added, plan({ ended: 'paid', stage: 'early' }), 'paid', templates).end).toHaveLength(2)
  })
})

describe('what follows from an outcome', () => {
  const at = { workingTime: office, today: '2026-11-25' }

  test('a tenant who accepts help is talked with within three working days, and a second time has its own name', () => {
    const asked = { template: 'T2', task: '6', recordedOn: '2026-11-25', nth: 1 }
    expect(
      tasksAfter(asked, aNotice(), templates, at).map((task) => [task.occurrence, task.dueDate]),
    ).toEqual([['T2/6#1.1', '2026-11-30']])
    expect(tasksAfter({ ...asked, nth: 2 }, aNotice(), templates, at)[0]?.occurrence).toBe('T2/6#1.2')
  })

  test('the undertaking is written at the latest three working days before the period ends, and never for a cooperative flat', () => {
    const asked = { template: 'T2', task: '9', recordedOn: '2026-11-25', nth: 1 }
    expect(tasksAfter(asked, aNotice(), templates, at)[0]?.dueDate).toBe('2026-12-10')
    const cooperative = aNotice({ noticeType: 'cooperative-fee-termination', tenancyKind: 'cooperative' })
    expect(tasksAfter(asked, cooperative, templates, at)).toEqual([])
  })

  test('children found in the register bring the whole template T3, and the next plan leaves it standing', () => {
    const asked = { template: 'T3', task: null, recordedOn: '2026-11-25', nth: 1 }
    const brought = tasksAfter(asked, aNotice(), templates, at)
    expect(brought.map((task) => task.occurrence)).toEqual([
      'T3/1#1.1',
      'T3/2#1.1',
      'T3/3#1.1',
      'T3/4#1.1',
      'T3/5#1.1',
    ])
    const existing = asExisting([...plan(), ...brought])
    expect(replan(existing, plan(), null, templates)).toEqual({ add: [], redate: [], end: [] })
    // when the child is noted in the case itself, the same tasks are not made twice
    const known = { childrenInHousehold: 'yes', firstPlannedOn: '2026-11-24' } as const
    expect(replan(existing, plan(known, '2026-11-25'), null, templates).add).toEqual([])
    expect(tasksAfter(asked, aNotice(known), templates, at)).toEqual([])
  })
})

describe('for any case', () => {
  const day = fc.integer({ min: 0, max: 200 }).map((days) => addDays('2026-11-02', days))
  const someFacts = fc.record({
    noticeType: fc.constantFrom(
      'early-arrears',
      'rent-termination',
      'nuisance-warning',
      'cooperative-fee-termination',
      'power-cutoff',
      'eviction',
      'other',
    ),
    stage: fc.constantFrom(
      'early',
      'warned',
      'terminated',
      'applied',
      'ordered',
      'date-set',
      'stayed',
      'executed',
    ),
    t0: day,
    recovery: fc.option(fc.integer({ min: 0, max: 60 }), { nil: null }),
    eviction: fc.option(fc.integer({ min: 0, max: 60 }), { nil: null }),
    children: fc.constantFrom<'yes' | 'no' | 'unknown'>('yes', 'no', 'unknown'),
    age: fc.option(fc.integer({ min: 18, max: 95 }), { nil: null }),
    monthsUnpaid: fc.integer({ min: 0, max: 5 }),
    flags: fc.subarray(['violence', 'neglect', 'not-reached', 'other-residents', 'moved-out']),
    waited: fc.integer({ min: 0, max: 40 }),
  })
  type Some = typeof someFacts extends fc.Arbitrary<infer T> ? T : never
  const built = (some: Some): { facts: PlanningFacts; today: string } => {
    const today = addDays(some.t0, some.waited)
    const facts = aNotice({
      ...some,
      receivedOn: some.t0,
      eventOn: some.t0,
      firstPlannedOn: today,
      recoveryEnds: some.recovery === null ? null : addDays(some.t0, some.recovery),
      evictionDay: some.eviction === null ? null : addDays(some.t0, some.eviction),
      childrenInHousehold: some.children,
    })
    return { facts, today }
  }
  const forAll = (law: (facts: PlanningFacts, today: string) => void): void =>
    fc.assert(
      fc.property(someFacts, (some) => law(built(some).facts, built(some).today)),
      { numRuns: 200 },
    )

  test('planning twice gives the same tasks, each with a name of its own', () => {
    forAll((facts, today) => {
      const planned = planTasks(facts, templates, office, today)
      expect(new Set(planned.map((task) => task.occurrence)).size).toBe(planned.length)
      expect(
        replan(asExisting(planned), planTasks(facts, templates, office, today), null, templates),
      ).toEqual({ add: [], redate: [], end: [] })
    })
  })

  test('nothing is due before today, and nothing that can still be done before a deadline is due after it', () => {
    forAll((facts, today) => {
      for (const task of planTasks(facts, templates, office, today)) {
        expect(task.dueDate >= today).toBe(true)
        const stop =
          task.decidedBy === 'R' ? facts.recoveryEnds : task.decidedBy === 'D' ? facts.evictionDay : null
        if (stop && stop >= today && task.task !== '9') expect(task.dueDate <= stop).toBe(true)
      }
    })
  })

  test('a later today never gives an earlier due date', () => {
    forAll((facts, today) => {
      const later = dates(planTasks(facts, templates, office, addDays(today, 3)))
      for (const [name, due] of Object.entries(dates(planTasks(facts, templates, office, today)))) {
        expect((later[name] ?? due) >= due).toBe(true)
      }
    })
  })

  test('work is due on working days, except what a law or an eviction sets on its very day', () => {
    forAll((facts, today) => {
      for (const task of planTasks(facts, templates, office, today)) {
        const fixed = ['T10/1', 'T10/8', 'T2/10'].includes(`${task.template}/${task.task}`)
        const deadlineIsNear = [facts.recoveryEnds, facts.evictionDay].some(
          (stop) => stop !== null && stop >= today && stop <= addDays(today, 4),
        )
        if (!fixed && !deadlineIsNear)
          expect([task.occurrence, isWorkingDay(task.dueDate, office)]).toEqual([task.occurrence, true])
      }
    })
  })
})
