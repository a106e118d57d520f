// One fuzz run: so many requests of a seed, several at a time, each answer judged.
import { chanceOf, type Chance } from '../chaos/chance.ts'
import type { Operation } from './operations.ts'
import { requestOf, type Pools, type Request } from './requests.ts'
import { judgeAnswer, type Answer, type Wrong } from './verdict.ts'

export type Send = (request: Request) => Promise<Answer | null>

export type Fault = {
  wrong: Wrong
  operation: string
  status: number
  spoilt: string
  sent: string
  answer: string
}

export type Outcome = {
  requests: number
  /** Connections that were ended without an answer. */
  cut: number
  statuses: Map<number, number>
  /** Requests by operation, and how many of them were answered with 2xx. */
  reached: Map<string, { sent: number; fine: number }>
  wrong: Map<Wrong, number>
  /** The first few of each kind, to be repeated by hand. */
  faults: Fault[]
}

export type Wishes = {
  operations: readonly Operation[]
  requests: number
  seed: number
  atOnce: number
  /** Adds who sends it. */
  sign: (request: Request, chance: Chance) => void
  send: Send
  /** Told every ten thousand requests. */
  tell?: (done: number) => void
}

const poolSize = 200

/** Keeps the ids that an answer names, so that later requests reach what is really there. */
function remember(pools: Pools, path: string, text: string): void {
  const noun = /^\/v1\/([\w-]+)/.exec(path)?.[1] ?? ''
  for (const [, name = '', id = ''] of text.matchAll(/"(id|caseId)":"?([0-9a-f-]{36}|\d{1,9}\b)/g)) {
    // What hangs on a case is answered under its address: a visit's id is no case's.
    const nouns = name === 'caseId' || noun === 'case-searches' ? 'cases' : noun
    if (nouns === 'cases' && name === 'id' && /\/v1\/cases\/\{id\}\//.test(path)) continue
    const pool = pools.get(nouns) ?? []
    pools.set(nouns, pool)
    if (pool.includes(id)) continue
    // The newest are kept as well as the oldest: work goes on in those that have just come.
    if (pool.length < poolSize) pool.push(id)
    else pool[pool.length - 1 - (id.charCodeAt(0) % (poolSize / 2))] = id
  }
}

function note(outcome: Outcome, request: Request, answer: Answer | null): void {
  const { operation } = request
  const name = `${operation.method} ${operation.path}`
  const reached = outcome.reached.get(name) ?? { sent: 0, fine: 0 }
  outcome.reached.set(name, reached)
  outcome.requests += 1
  reached.sent += 1
  if (!answer) {
    outcome.cut += 1
    return
  }
  const { status } = answer
  outcome.statuses.set(status, (outcome.statuses.get(status) ?? 0) + 1)
  if (status < 300) reached.fine += 1
  for (const wrong of judgeAnswer(request, answer)) {
    const count = (outcome.wrong.get(wrong) ?? 0) + 1
    outcome.wrong.set(wrong, count)
    if (count > 5) continue
    const sent = `${request.method} ${request.url} ${request.body?.toString().slice(0, 400) ?? ''}`
    outcome.faults.push({
      wrong,
      operation: name,
      status,
      spoilt: request.spoilt,
      sent,
      answer: answer.text.slice(0, 400),
    })
  }
}

/** Sends them all, `atOnce` at a time; operations come in turn so that each gets its share. */
export async function runFuzz(wishes: Wishes): Promise<Outcome> {
  const { operations, requests, seed, atOnce, sign, send, tell } = wishes
  const chance = chanceOf(seed)
  const pools: Pools = new Map()
  const outcome: Outcome = {
    requests: 0,
    cut: 0,
    statuses: new Map(),
    reached: new Map(),
    wrong: new Map(),
    faults: [],
  }
  let next = 0
  const work = async () => {
    while (next < requests) {
      const operation = operations[next % operations.length] as Operation
      next += 1
      const request = requestOf(operation, pools, chance)
      sign(request, chance)
      const answer = await send(request)
      if (answer && answer.status < 300) remember(pools, operation.path, answer.text)
      note(outcome, request, answer)
      if (outcome.requests % 10_000 === 0) tell?.(outcome.requests)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return outcome
}
