// A case through the whole API, for the tests of what people do in one.
import { expect } from '@jest/globals'
import { moment } from '../../shared/casework/act.ts'
import type { Topic } from '../../shared/topics.ts'
import { aNotice, type Answer, type Api, type Who } from './api.ts'

export type Household = { id: string; name: string; number: string }

export type ShownTask = {
  id: string
  template: string
  channel: string
  state: string
  outcome: string | null
  endedReason: string | null
  assignee: string | null
  dueOn: string
}

export const codeOf = ({ status, body }: Answer): [number, string] => [status, body.code]

/** Lets the worker do again all that it has done on a topic, as if every message had come twice. */
export async function doAgain(api: Api, topic: Topic): Promise<number> {
  const handler = api.handlers[topic]
  if (typeof handler !== 'function') throw new Error(`${topic} is an errand`)
  const rows = await api.owner.selectFrom('outbox').select('subjectId').where('topic', '=', topic).execute()
  const ids = [...new Set(rows.map((row) => row.subjectId))]
  await api.worker.transaction().execute(async (trx) => handler(trx, await moment(trx), ids))
  return ids.length
}

/** What the tests of cases do again and again, as a caseworker of the committee that owns them. */
export function casework(api: Api) {
  let made = 0
  /** A new household's case, routed, planned and referred; its notice is two months of unpaid rent. */
  const aCase = async (change: Record<string, unknown> = {}): Promise<Household> => {
    made += 1
    const name = `Hushåll Prov${made}`
    const address = `Fallgatan ${made}`
    const json = aNotice({
      reference: `C-${made}`,
      tenant: { name },
      dwelling: { address, postalCode: '702 10', city: 'Örebro', apartmentNumber: '1101' },
      ...change,
    })
    const headers = { 'idempotency-key': `case-${made}` }
    const { body } = await api.call('/v1/notices', { as: 'landlord', json, headers })
    await api.drain()
    expect(api.failures).toEqual([])
    const row = await api.owner
      .selectFrom('notice')
      .innerJoin('arrearsCase', 'arrearsCase.id', 'notice.caseId')
      .select(['arrearsCase.id', 'arrearsCase.number', 'arrearsCase.committee'])
      .where('notice.id', '=', body.id as string)
      .executeTakeFirstOrThrow()
    expect(row.committee).toBe('GAN')
    return { id: row.id, name, number: row.number }
  }
  const read = (id: string, as: Who = 'caseworker.gan') => api.call(`/v1/cases/${id}`, { as })
  const etag = async (id: string): Promise<string> => String((await read(id)).headers['etag'])
  const tasksOf = async (id: string): Promise<ShownTask[]> => (await read(id)).body.tasks as ShownTask[]
  /** The open task of a template; throws when there is none. */
  const taskIn = async (id: string, template: string): Promise<ShownTask> => {
    const found = (await tasksOf(id)).find((one) => one.template === template && one.state === 'open')
    if (!found) throw new Error(`${template} is not open in the case`)
    return found
  }
  const complete = (id: string, json: object, as: Who = 'caseworker.gan') =>
    api.call(`/v1/tasks/${id}/completion`, { as, json })
  /** Posts to a door of the case, with the version that it has now unless another is given. */
  const post = async (path: string, json: object, as: Who = 'caseworker.gan', version?: string) => {
    const id = path.split('/')[0] ?? ''
    const headers = { 'if-match': version ?? (await etag(id)) }
    return api.call(`/v1/cases/${path}`, { as, json, headers })
  }
  return { aCase, read, etag, tasksOf, taskIn, complete, post }
}
