// What the service does most: the deeds whose queries must not read a whole table, however much lies in the archive.
import { sql } from 'kysely'
import { sweepDeadlines, sweepStages, sweepTasks } from '../../shared/casework/sweeps.ts'
import { claimOverdue, lease, take } from '../../shared/outbox.ts'
import { aNotice, type Api, type Who } from './api.ts'
import { caughtIn, plansOf, type Plan } from './plans.ts'

/** Tables that grow with the years. */
export const LARGE = [
  'arrears_case',
  'task',
  'deadline',
  'timeline',
  'assignment',
  'stage',
  'alert',
  'notice',
  'outbox',
  'contact',
  'audit_entry',
  'case_identity',
]

const anyCase = `select id from arrears_case where state = 'open' and committee = 'GAN' order by number limit 1`

/** The plans of every statement of the hot deeds, over whatever the database holds. */
export async function plansOfHotDeeds(api: Api): Promise<Plan[]> {
  const { rows } = await sql.raw<{ id: string }>(anyCase).execute(api.owner)
  const id = rows[0]?.id ?? ''
  const ask = (as: Who, path: string, json?: unknown) => () =>
    api.call(path, { as, ...(json !== undefined && { json }) })
  const pages: [string, () => Promise<unknown>][] = [
    ['worklist', ask('caseworker.gan', '/uppgifter')],
    ['worklist of what is overdue', ask('supervisor.gan', '/uppgifter?flik=all&nar=overdue')],
    ['cases by nearest clock', ask('supervisor.gan', '/arenden?lista=clocks')],
    ['board', ask('supervisor.gan', '/v1/boards/supervisor')],
    ['case', ask('caseworker.gan', `/v1/cases/${id}`)],
    ['search by number', ask('caseworker.gan', '/v1/case-searches', { number: 'B-7' })],
    ['search by name', ask('caseworker.gan', '/v1/case-searches', { name: 'Exempel Efternamn77' })],
    ['search by surname', ask('caseworker.gan', '/v1/case-searches', { name: 'Efternamn77' })],
    [
      'search by personnummer',
      ask('caseworker.gan', '/v1/case-searches', { personalIdentityNumber: '19900101-2385' }),
    ],
    ['a notice received', () => sendNotice(api)],
  ]
  const work: [string, () => Promise<unknown>][] = [
    ['relay', () => lease(api.worker, 500, 30)],
    ['fallback poll', () => claimOverdue(api.worker, 500, 5)],
    ['fence', () => api.worker.transaction().execute((trx) => take(trx, [1, 2, 3]))],
    ['sweep of stages', () => sweepStages(api.worker)],
    ['sweep of tasks', () => sweepTasks(api.worker)],
    ['sweep of dates', () => sweepDeadlines(api.worker)],
    ['from intake to planned', () => api.drain()],
  ]
  const plans: Plan[] = []
  for (const [deed, run] of [...pages, ...work])
    plans.push(...(await plansOf({ url: api.url, deed }, await caughtIn(run))))
  return plans
}

const sendNotice = (api: Api) =>
  api.call('/v1/notices', { as: 'landlord', json: aNotice(), headers: { 'idempotency-key': 'plans' } })
