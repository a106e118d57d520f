// Who sends: systems with their tokens and people with their sessions, over connections that are kept open.
import { Agent, request as httpRequest } from 'node:http'
import type { SignIn } from '../../services/start/sign-in.ts'
import { cookieLine, signInAt } from '../support/browser-less.ts'
import type { Chance } from '../chaos/chance.ts'
import type { Operation } from './operations.ts'
import type { Request } from './requests.ts'
import type { Answer } from './verdict.ts'

/** Proof of identity as headers, by who it is: a client's id or a person's role. */
export type Senders = Map<string, Record<string, string>>

const clientOf: Record<string, string> = {
  notices: 'landlord',
  'eviction-notices': 'kronofogden',
  casework: 'system',
}

async function tokenOf({ tokenUrl, identity }: SignIn, id: string): Promise<string> {
  const secret = identity.clients.find((one) => one.id === id)?.secret ?? ''
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(tokenUrl, { method: 'POST', headers: { authorization }, body })
  return ((await answer.json()) as { access_token: string }).access_token
}

/** Fetches a token for each system and a session for one person of each role. */
export async function openSenders(baseUrl: string, signIn: SignIn): Promise<Senders> {
  const senders: Senders = new Map()
  for (const { id } of signIn.identity.clients) {
    senders.set(id, { authorization: `Bearer ${await tokenOf(signIn, id)}` })
  }
  for (const person of signIn.identity.people) {
    if (senders.has(person.role)) continue
    const way = person.role === 'landlord' ? 'landlords' : 'staff'
    const jar = await signInAt(`${baseUrl}/login/${way}?next=%2F`, person)
    senders.set(`person:${person.role}`, { cookie: cookieLine(jar, new URL(baseUrl).origin) })
  }
  return senders
}

/** Mostly whoever may send this, sometimes somebody else, sometimes nobody. */
export function senderFor({ scope }: Operation, senders: Senders, chance: Chance): Record<string, string> {
  const way = chance.next()
  if (way < 0.04) return {}
  const client = scope === null ? undefined : clientOf[scope]
  if (client && way < 0.5) return senders.get(client) ?? {}
  // Most of what no system may do is an administrator's; cases are a caseworker's or a supervisor's.
  const person = client ? chance.pick(['caseworker', 'supervisor', 'counsellor']) : 'administrator'
  if (way < 0.85) return senders.get(`person:${person}`) ?? {}
  return chance.pick([...senders.values()])
}

/** Opens a way to send; an answer is null when the connection was cut before one came. */
export function openConnections(baseUrl: string): {
  send: (request: Request) => Promise<Answer | null>
  close: () => void
} {
  const { hostname, port } = new URL(baseUrl)
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const send = (one: Request): Promise<Answer | null> =>
    new Promise((resolve) => {
      const length = one.body ? { 'content-length': String(one.body.length) } : {}
      const { method, url: path } = one
      const headers = { ...length, ...one.headers }
      const sent = httpRequest(
        { agent, hostname, port, method, path, headers, timeout: 20_000 },
        (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (part: Buffer) => parts.push(part))
          answer.on('error', () => resolve(null))
          answer.on('end', () => {
            const type = answer.headers['content-type'] ?? ''
            resolve({ status: answer.statusCode ?? 0, type, text: Buffer.concat(parts).toString() })
          })
        },
      )
      sent.on('timeout', () => sent.destroy())
      sent.on('error', () => resolve(null))
      sent.end(one.body ?? undefined)
    })
  return { send, close: () => agent.destroy() }
}
