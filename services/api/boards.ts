// The supervisors' door: counts and the oldest due date per committee, unit and person.
import { z } from 'zod'
import { readBoard } from '../../shared/casework/boards.ts'
import type { BoardLine } from '../../shared/domain/board-lines.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import type { ApiDeps } from './asking.ts'

const line = z.object({
  committee: z.string(),
  unit: z.string().nullable(),
  personId: z.string().nullable(),
  name: z.string().nullable(),
  openTasks: z.number(),
  overdue: z.number(),
  dueToday: z.number(),
  oldestDue: z.string().nullable(),
  openCases: z.number(),
  clocks: z.number().meta({ description: 'Cases whose recovery period or eviction is 3 days away or less.' }),
  unowned: z.number(),
  withoutAttempt: z.number(),
  unread: z.number(),
  away: z.number().meta({ description: 'People who are away today.' }),
  awayUntil: z.string().nullable().meta({
    description: 'Of a person who is away today: the last day of it. 9999-12-31 is until further notice.',
  }),
})

function show(row: BoardLine): z.infer<typeof line> {
  const { committee, unit, personId, name, openTasks, overdue, dueToday, oldestDue } = row
  const { openCases, clocks, unowned, withoutAttempt, unread, away, awayUntil } = row
  const tasks = { openTasks, overdue, dueToday, oldestDue }
  const cases = { openCases, clocks, unowned, withoutAttempt, unread }
  return { committee, unit, personId, name, ...tasks, ...cases, away, awayUntil }
}

/** `GET /v1/boards/supervisor`. */
export function boardRoutes({ db }: ApiDeps): (app: App) => void {
  return (app) => {
    app.get(
      '/v1/boards/supervisor',
      {
        config: { permission: 'board.read' },
        schema: {
          tags: ['boards'],
          summary: 'Läget i nämnden / the state of the committee',
          response: {
            200: z.object({ committees: z.array(line), units: z.array(line), people: z.array(line) }),
          },
        },
      },
      async ({ principal }) => {
        const { committees, units, people } = await readBoard(db, actorOf(principal))
        return { committees: committees.map(show), units: units.map(show), people: people.map(show) }
      },
    )
  }
}
