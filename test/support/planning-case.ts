// One household's case as the planning sees it, and small ways to look at what was planned for it.
import { readDataFile } from '../../config/files.ts'
import { parseTaskTemplates, planTasks } from '../../shared/domain/planning.ts'
import type { ExistingTask, PlannedTask, PlanningFacts } from '../../shared/domain/planning.ts'

export const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
export const { templates } = parseTaskTemplates(readDataFile('1880-orebro/tasks.csv'))

/** An adult, unknown, one rent behind; notice dated Monday 23 November, received the day after. */
export const aNotice = (over: Partial<PlanningFacts> = {}): PlanningFacts => ({
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

export const plan = (over: Partial<PlanningFacts> = {}, today = '2026-11-24'): PlannedTask[] =>
  planTasks(aNotice(over), templates, office, today)
export const dates = (tasks: PlannedTask[]): Record<string, string> =>
  Object.fromEntries(tasks.map((task) => [`${task.template}/${task.task}`, task.dueDate]))
export const asExisting = (tasks: PlannedTask[], over: Partial<ExistingTask> = {}): ExistingTask[] =>
  tasks.map(({ occurrence, dueDate }) => ({ occurrence, dueDate, state: 'open', planned: true, ...over }))
