// Sends requests as systems do, again and again until they are answered, and keeps the first ledger: what senders were told.
import { setTimeout as pause } from 'node:timers/promises'

export type Kind =
  'notice' | 'file' | 'update' | 'eviction' | 'answer' | 'contact' | 'visit' | 'referral' | 'assignment'

/** What was told about one key: the id of the first 2xx, and whether a later one contradicted it. */
export type Told = {
  key: string
  kind: Kind
  household: number
  id: string
  contradicted: boolean
}

/** A case, or a task of one, that was shown to or changed by a person's system, and by which door. */
export type Seen = { door: string; caseId: string }

export type Ledger = {
  told: Map<string, Told>
  /** Keys never answered with 2xx or 4xx: nothing may be concluded of them. */
  unknown: Set<string>
  refused: { key: string; status: number }[]
  seen: Seen[]
  answers: { ok: number; busy: number; broken: number; unexpected: Record<number, number> }
}

export type ClientName = 'landlord' | 'landlord2' | 'kronofogden' | 'system'
export type Clients = Record<ClientName, { id: string; secret: string }>

/** One thing to send. `mayRefuse`: a conflict is an answer like another (somebody was quicker). */
export type Request = {
  client: ClientName
  kind: Kind
  path: string
  key: string
  household: number
  body: object
  file?: string
  mayRefuse?: boolean
  ifMatch?: string
  /** What the audit must know of when it was answered. */
  seen?: Seen
}

const answerWithinMs = 8_000
const later = new Set([408, 425, 429, 503])

/** Whether the sender is asked to come again; who is turned away without being told when has met an error of ours. */
const isBusy = ({ status, headers }: Response) =>
  later.has(status) && (status !== 503 || headers.has('retry-after'))

/** What an answer shows; `etag` is its version. */
export type Shown = Record<string, unknown> & { etag: string }

export type Sender = {
  ledger: Ledger
  /** Sends until it is answered; the id told, or undefined when it was refused or given up. */
  send: (request: Request) => Promise<string | undefined>
  /** Asks some times, as a person would; undefined when nothing came back. */
  ask: (path: string) => Promise<Shown | undefined>
  /** Nothing is sent again after this. */
  giveUpAt: (at: number) => void
}

type Waiting = {
  to: { baseUrl: string; tokenUrl: string; clients: Clients }
  tokens: Map<ClientName, string>
  ledger: Ledger
}

async function tokenOf({ to, tokens }: Waiting, client: ClientName): Promise<string> {
  const known = tokens.get(client)
  if (known !== undefined) return known
  const { id, secret } = to.clients[client]
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')
  const response = await fetch(to.tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  tokens.set(client, token)
  return token
}

function bodyOf({ key, body, file, ifMatch }: Request, token: string): RequestInit {
  const headers = new Headers({ authorization: `Bearer ${token}`, 'idempotency-key': key })
  if (ifMatch !== undefined) headers.set('if-match', ifMatch)
  const signal = AbortSignal.timeout(answerWithinMs)
  if (file !== undefined) {
    const form = new FormData()
    form.set('file', new File([file], 'manad.csv', { type: 'text/csv' }))
    return { method: 'POST', headers, body: form, signal }
  }
  headers.set('content-type', 'application/json')
  return { method: 'POST', headers, body: JSON.stringify(body), signal }
}

function note({ ledger }: Waiting, request: Request, id: string): void {
  const { key, kind, household, seen } = request
  ledger.answers.ok += 1
  if (seen) ledger.seen.push(seen)
  const before = ledger.told.get(key)
  if (before) before.contradicted ||= before.id !== id
  else ledger.told.set(key, { key, kind, household, id, contradicted: false })
}

function noteUnexpected({ answers: { unexpected } }: Ledger, status: number): void {
  unexpected[status] = (unexpected[status] ?? 0) + 1
}

/** One try: the id told, null when it was refused for good, undefined when nothing is known. */
async function attempt(waiting: Waiting, request: Request): Promise<string | null | undefined> {
  const { to, tokens, ledger } = waiting
  const { client, path, key, mayRefuse } = request
  try {
    const response = await fetch(new URL(path, to.baseUrl), bodyOf(request, await tokenOf(waiting, client)))
    const { status } = response
    const { id } = (await response.json()) as { id?: string }
    if (response.ok && id !== undefined) {
      note(waiting, request, id)
      return id
    }
    // A token that ran out is renewed, as any client does.
    if (status === 401) tokens.delete(client)
    else if (isBusy(response)) ledger.answers.busy += 1
    else if (mayRefuse && status < 500) return null
    else {
      noteUnexpected(ledger, status)
      if (status >= 400 && status < 500) {
        ledger.refused.push({ key, status })
        return null
      }
    }
  } catch {
    // No answer, or half of one: unknown. The key makes sending again safe.
    ledger.answers.broken += 1
  }
  return undefined
}

/** One look: what was shown, null when it is not there or not for us, undefined when no answer came. */
async function look(waiting: Waiting, path: string): Promise<Shown | null | undefined> {
  try {
    const headers = { authorization: `Bearer ${await tokenOf(waiting, 'system')}` }
    const signal = AbortSignal.timeout(answerWithinMs)
    const response = await fetch(new URL(path, waiting.to.baseUrl), { headers, signal })
    const { status, ok } = response
    if (status === 401) waiting.tokens.delete('system')
    if (status === 401 || isBusy(response)) return undefined
    if (status >= 500) noteUnexpected(waiting.ledger, status)
    if (!ok) return null
    const shown = (await response.json()) as Record<string, unknown>
    return { ...shown, etag: response.headers.get('etag') ?? '' }
  } catch {
    return undefined
  }
}

/** Opens a sender with a ledger of its own. */
export function openSender(to: Waiting['to']): Sender {
  const answers = { ok: 0, busy: 0, broken: 0, unexpected: {} }
  const ledger: Ledger = { told: new Map(), unknown: new Set(), refused: [], seen: [], answers }
  const waiting: Waiting = { to, tokens: new Map(), ledger }
  let giveUpAt = Infinity
  return {
    ledger,
    send: async (request) => {
      ledger.unknown.add(request.key)
      for (let tries = 0; performance.now() < giveUpAt; tries += 1) {
        const answer = await attempt(waiting, request)
        if (answer !== undefined) {
          ledger.unknown.delete(request.key)
          return answer ?? undefined
        }
        await pause(Math.min(1_500, 100 * 2 ** tries))
      }
      return undefined
    },
    ask: async (path) => {
      for (let tries = 0; tries < 5 && performance.now() < giveUpAt; tries += 1) {
        if (tries > 0) await pause(500 * tries)
        const shown = await look(waiting, path)
        if (shown !== undefined) return shown ?? undefined
      }
      return undefined
    },
    giveUpAt: (at) => void (giveUpAt = at),
  }
}
