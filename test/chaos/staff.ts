// What staff do in the chaos run, by the system they work in: answer tasks, log contacts, book visits, hand out cases, answer referrals.
import type { Chance } from './chance.ts'
import type { Request, Seen, Sender } from './sender.ts'

type Task = { id: string; caseId: string | null }
type Referral = { id: string; caseId: string; state: string }

/** Instants of the run itself: contacts now, visits some days on. */
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

/** Who can be sent on visits, and who can be given a case. */
export type People = { visitors: readonly string[]; caseworkers: readonly string[] }

/** Opens the staff; `act` does one thing that somebody on duty would, as chance will have it. */
export function openStaff(sender: Sender, key: () => string, { visitors, caseworkers }: People) {
  const list: Task[] = []
  const send = (request: Pick<Request, 'kind' | 'path' | 'body' | 'ifMatch'> & { seen?: Seen }) =>
    sender.send({ client: 'system', key: key(), household: -1, mayRefuse: true, ...request })

  async function someTask(chance: Chance): Promise<Task | undefined> {
    // A page of the worklist is worked through before the next is asked for.
    if (list.length === 0) {
      const page = await sender.ask(`/v1/tasks?state=open&limit=50&page=${chance.whole(1, 6)}`)
      list.push(...((page?.['tasks'] ?? []) as Task[]).filter(({ caseId }) => caseId !== null))
    }
    return list.pop()
  }

  async function answerTask(chance: Chance): Promise<void> {
    const task = await someTask(chance)
    if (!task?.caseId) return
    const shown = await sender.ask(`/v1/tasks/${task.id}`)
    if (!shown) return
    sender.ledger.seen.push({ door: 'GET /v1/tasks/:id', caseId: task.caseId })
    const outcomes = (shown['outcomes'] ?? []) as string[]
    if (outcomes.length === 0) return
    await send({
      kind: 'answer',
      path: `/v1/tasks/${task.id}/completion`,
      body: { outcome: chance.pick(outcomes), note: 'Ringt och talat med hushållet.' },
      seen: { door: 'POST /v1/tasks/:id/completion', caseId: task.caseId },
    })
  }

  async function workCase(chance: Chance): Promise<void> {
    const task = await someTask(chance)
    if (!task?.caseId) return
    const { caseId } = task
    const call = chance.next() < 0.7 || visitors.length === 0
    const [path, door] = call
      ? ['contacts', 'POST /v1/cases/:id/contacts']
      : ['visits', 'POST /v1/cases/:id/visits']
    const body = call
      ? { channel: chance.pick(['phone', 'sms', 'letter']), outcome: 'EJ_NADD', occurredAt: inDays(0) }
      : { startsAt: inDays(chance.whole(1, 20)), visitors: [chance.pick(visitors)] }
    await send({
      kind: call ? 'contact' : 'visit',
      path: `/v1/cases/${caseId}/${path}`,
      body,
      seen: { door: door ?? '', caseId },
    })
  }

  /** Some cases are opened and given to colleagues, one after the other; each of them gets a letter of it. */
  async function handOut(chance: Chance): Promise<void> {
    for (let left = 5; left > 0 && caseworkers.length > 0; left -= 1) {
      const caseId = (await someTask(chance))?.caseId
      const shown = caseId ? await sender.ask(`/v1/cases/${caseId}`) : undefined
      if (!caseId || !shown) return
      sender.ledger.seen.push({ door: 'GET /v1/cases/:id', caseId })
      await send({
        kind: 'assignment',
        path: `/v1/cases/${caseId}/assignments`,
        ifMatch: shown.etag,
        body: { personId: chance.pick(caseworkers), reason: 'Fördelning av nya ärenden' },
        seen: { door: 'POST /v1/cases/:id/assignments', caseId },
      })
    }
  }

  async function answerReferral(chance: Chance): Promise<void> {
    const page = await sender.ask('/v1/referrals?limit=20')
    const referrals = (page?.['referrals'] ?? []) as Referral[]
    if (referrals.length === 0) return
    const { id, caseId } = chance.pick(referrals)
    const [step, body] = chance.pick([
      ['acceptance', {}],
      ['first-answer', {}],
      ['rejection', { reason: 'Fel enhet' }],
      ['meeting', { meetingAt: inDays(3) }],
    ] as const)
    const seen = { door: `POST /v1/referrals/:id/${step}`, caseId }
    await send({ kind: 'referral', path: `/v1/referrals/${id}/${step}`, body, seen })
  }

  return {
    act: (chance: Chance) =>
      chance.pick([answerTask, workCase, handOut, handOut, handOut, answerReferral])(chance),
  }
}
