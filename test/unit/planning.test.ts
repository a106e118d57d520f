// Proves the planning: the handbook's templates T1-T19 as they stand in the shipped tables, and what replanning changes.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import { addDays, isWorkingDay } from '../../shared/domain/calendar.ts'
import { parseTaskTemplates, planTasks, replan, endingOf } from '../../shared/domain/planning.ts'
import type { ExistingTask, PlannedTask } from '../../shared/domain/planning.ts'
import type { PlanningFacts } from '../../shared/domain/planning-facts.ts'
import { tasksAfter } from '../../shared/domain/planning.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const { templates } = parseTaskTemplates(readDataFile('1880-orebro/tasks.csv'))

/** An adult, unknown, one rent behind; notice dated Monday 23 November, received the day after. */
const aNotice = (over: Partial<PlanningFacts> = {}): PlanningFacts => ({
  noticeType: 'rent-termination',
  stage: 'terminated',
  t0: '2026-11-23',
  receivedOn: '2026-11-24',
  recoveryEnds: '2026-12-15',
  recoveryBasis: 'delgiven 2026-11-24',
  evictionDay: null,
  childrenInHousehold: 'no',
  age: 40,
  monthsUnpaid: 1,
  repeatWithin12Months: false,
  knownClient: false,
  landlordKind: 'public',
  tenancyKind: 'first-hand',
  flags: [],
  ...over,
})

const plan = (over: Partial<PlanningFacts> = {}, today = '2026-11-24'): PlannedTask[] =>
  planTasks(aNotice(over), templates, office, today)
const dates = (tasks: PlannedTask[]): Record<string, string> =>
  Object.fromEntries(tasks.map((task) => [`${task.template}/${task.task}`, task.dueDate]))
const asExisting = (tasks: PlannedTask[], over: Partial<ExistingTask> = {}): ExistingTask[] =>
  tasks.map(({ occurrence, dueDate }) => ({ occurrence, dueDate, state: 'open', planned: true, ...over }))

describe('what each case type calls for', () => {
  test('T2: an adult who is given notice for unpaid rent is called in two working days and visited in eight', () => {
    expect(dates(plan())).toEqual({
      'T2/1': '2026-11-25',
      'T2/2': '2026-11-25',
      'T2/3': '2026-11-25',
      'T2/3b': '2026-11-26',
      'T2/4': '2026-11-26',
      'T2/5': '2026-11-26',
      'T2/9a': '2026-12-07',
      'T2/10': '2026-12-15',
      'T2/KL4': '2026-12-03',
    })
  })

  test('T1: an early signal makes three tasks, not a pile', () => {
    const early = plan({ noticeType: 'early-arrears', stage: 'early', recoveryEnds: null })
    expect(dates(early)).toEqual({ 'T1/3': '2026-11-25', 'T1/4': '2026-11-26', 'T1/KL4': '2026-12-03' })
  })

  test('T3: with children the case starts in the fast column and the child unit is asked the same day', () => {
    const planned = plan({ childrenInHousehold: 'yes' })
    expect(dates(planned)).toMatchObject({
      'T2/3': '2026-11-25',
      'T2/KL4': '2026-11-27',
      'T3/1': '2026-11-24',
      'T3/3': '2026-11-24',
      'T3/4': '2026-11-24',
    })
    expect(planned.every((task) => task.fast)).toBe(true)
    expect(planned[0]?.priorityReason.sv).toContain('Det finns barn i hushållet.')
  })

  test.each<[string, Partial<PlanningFacts>, string[]]>([
    ['T4: 65 or older', { age: 65 }, ['T4/1', 'T4/2', 'T4/3']],
    ['T5: 18 to 24', { age: 24 }, ['T5/1', 'T5/2']],
    ['T6: already a client', { knownClient: true }, ['T6/1', 'T6/2']],
    [
      'T7: nuisance',
      { noticeType: 'nuisance-warning', stage: 'warned', recoveryEnds: null },
      ['T7/1', 'T7/3', 'T7/KL4'],
    ],
    ['T8: neglected dwelling', { flags: ['neglect'] }, ['T8/1', 'T8/4']],
    ['T9: eviction applied for', { stage: 'applied', eventOn: '2026-11-24' }, ['T9/1', 'T9/3', 'T9/5']],
    ['T11: called off', { stage: 'stayed', eventOn: '2026-11-24' }, ['T11/1', 'T11/2', 'T11/3c']],
    ['T12: executed', { stage: 'executed', eventOn: '2026-11-24' }, ['T12/1', 'T12/2', 'T12/5']],
    ['T13: municipal sublet', { tenancyKind: 'municipal-sublet' }, ['T13/1', 'T13/2']],
    [
      'T14: the municipality pays',
      { flags: ['municipality-pays'], rentDueOn: '2026-12-31' },
      ['T14/1', 'T14/2'],
    ],
    [
      'T15: power cut-off',
      { noticeType: 'power-cutoff', stage: 'early', recoveryEnds: null },
      ['T15/1', 'T15/3'],
    ],
    ['T16: others live there', { flags: ['other-residents'] }, ['T16/1', 'T16/2']],
    ['T17: violence', { flags: ['violence'] }, ['T17/1', 'T17/2']],
    [
      'T18: cooperative flat',
      { noticeType: 'cooperative-fee-termination', tenancyKind: 'cooperative' },
      ['T18/1', 'T18/2'],
    ],
    ['T19: not reached', { flags: ['not-reached'] }, ['T19/1', 'T19/3']],
  ])('%s has tasks of its own', (_, over, expected) => {
    expect(Object.keys(dates(plan(over)))).toEqual(expect.arrayContaining(expected))
  })

  test('T10: a set eviction date starts the countdown, and the confirmation is due the same day (SoF 11:3)', () => {
    const known = { stage: 'date-set', evictionDay: '2027-01-13', eventOn: '2026-12-24' }
    // 24 December is no working day, and still the day on which Kronofogden must have its answer.
    expect(dates(plan(known, '2026-12-24'))).toMatchObject({
      'T10/1': '2026-12-24',
      'T10/2': '2026-12-28',
      'T10/3': '2026-12-30',
      'T10/4': '2027-01-05',
      'T10/5': '2027-01-08',
      'T10/6': '2027-01-08',
      'T10/7': '2027-01-12',
      'T10/8': '2027-01-13',
      'T10/9': '2027-01-14',
    })
  })

  test('T14: each month is guarded once, and the next month anew', () => {
    const [december, january] = ['2026-12-31', '2027-01-29'].map((rentDueOn) =>
      plan({ flags: ['municipality-pays'], rentDueOn }).filter((task) => task.template === 'T14'),
    )
    expect(december?.map((task) => task.occurrence)).toEqual(['T14/1#2026-12', 'T14/2#2026-12'])
    expect(january?.map((task) => task.occurrence)).toEqual(['T14/1#2027-01', 'T14/2#2027-01'])
    expect(december?.[0]?.dueDate).toBe('2026-12-22')
  })

  test('T17: no letter goes to the address when there are signs of violence', () => {
    const planned = plan({ flags: ['violence'] })
    expect(planned.some((task) => task.task === '3b')).toBe(false)
    expect(plan().some((task) => task.task === '3b')).toBe(true)
  })

  test('T18: the committee cannot undertake the fee of a cooperative flat (BRL 7:23), so nobody is asked to decide on it', () => {
    const planned = plan({ noticeType: 'cooperative-fee-termination', tenancyKind: 'cooperative' })
    expect(Object.keys(dates(planned))).not.toContain('T2/9a')
  })

  test('every household with a notice is screened against all committees', () => {
    for (const noticeType of [
      'rent-termination',
      'cooperative-fee-termination',
      'nuisance-warning',
      'power-cutoff',
      'other',
    ]) {
      expect(
        plan({ noticeType }).filter((task) => task.title.sv.startsWith('Pröva ärendet mot alla')),
      ).toHaveLength(1)
    }
    const eviction = plan({ noticeType: 'eviction', stage: 'date-set', evictionDay: '2026-12-18' })
    expect(eviction.filter((task) => task.title.sv.startsWith('Pröva ärendet mot alla'))).toHaveLength(1)
  })

  test('a closed case is followed up after 30, 90, 180 and 365 days, and nothing else is planned', () => {
    const closed = plan({ closedOn: '2026-12-01', finalOutcome: 'BETALD_SJALV', ended: 'paid' })
    expect(dates(closed)).toEqual({
      'F/30': '2027-01-04',
      'F/90': '2027-03-01',
      'F/180': '2027-05-31',
      'F/365': '2027-12-01',
    })
    expect(plan({ closedOn: '2026-12-01', finalOutcome: 'FEL_DUBBLETT' })).toEqual([])
  })
})

describe('a notice that comes late', () => {
  test('starts in the fast column when more than five working days have passed', () => {
    expect(plan({}, '2026-11-30').every((task) => task.fast)).toBe(false)
    expect(plan({}, '2026-12-01').every((task) => task.fast)).toBe(true)
  })

  test('what should have been done is due today, and on a Saturday on Monday', () => {
    expect(dates(plan({}, '2026-12-04'))['T2/3']).toBe('2026-12-04')
    expect(dates(plan({}, '2026-12-05'))['T2/3']).toBe('2026-12-07')
  })

  test('a case does not become late by lying still: lateness is judged when it is first planned', () => {
    const later = plan({ firstPlannedOn: '2026-11-24' }, '2026-12-10')
    expect(later.every((task) => task.fast)).toBe(false)
  })
})

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

  test('a rescheduled eviction keeps the countdown, moves its days, and asks for a new confirmation', () => {
    const set = {
      stage: 'date-set',
      evictionDay: '2026-12-18',
      eventOn: '2026-12-01',
      firstPlannedOn: '2026-11-24',
    }
    const first = plan(set, '2026-12-01')
    const again = plan({ ...set, evictionDay: '2027-01-15', eventOn: '2026-12-10' }, '2026-12-10')
    const change = replan(asExisting(first), again, null, templates)
    expect(change.add.map((task) => [task.occurrence, task.dueDate])).toEqual([
      ['T10/1#2027-01-15', '2026-12-10'],
    ])
    expect(change.redate).toContainEqual(
      expect.objectContaining({ occurrence: 'T10/8#1', from: '2026-12-18', to: '2027-01-15' }),
    )
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

  test('the wrong person: everything ends, and nothing is asked', () => {
    const change = replan(
      asExisting(plan()),
      plan({ ended: 'wrong-person', stage: 'early' }),
      'wrong-person',
      templates,
    )
    expect(change.add).toEqual([])
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
    expect(change.end).toContainEqual({ occurrence: 'T10/8#1', reason: 'cancelled' })
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

  test('children found in the register bring the whole template T3', () => {
    const asked = { template: 'T3', task: null, recordedOn: '2026-11-25', nth: 1 }
    expect(tasksAfter(asked, aNotice(), templates, at).map((task) => task.task)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ])
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
