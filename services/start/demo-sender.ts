// One system that sends the demo in: fetches its token, and tries again until the service answers or patience ends.
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'

export type SenderSettings = {
  baseUrl: string
  tokenUrl: string
  client: { id: string; secret: string }
  log: (line: string) => void
  /** How long one request may fail before it is given up with an error. */
  patienceSeconds: number
}

export type DemoRequest = { method: 'GET' | 'POST'; path: string; key?: string; json?: unknown; file?: File }

/** Sends one request and gives back the answer's JSON. Throws when it is refused or patience has ended. */
export type Send = (request: DemoRequest) => Promise<unknown>

const SHORTEST_WAIT_MS = 50
const LONGEST_WAIT_MS = 5000
const tokenAnswer = z.object({ access_token: z.string() })

/** Signs in as a system client (OAuth 2 client credentials) and sends as it. */
export function demoSender(settings: SenderSettings): Send {
  let token: string | null = null
  return async (request) => {
    const giveUpAt = performance.now() + settings.patienceSeconds * 1000
    for (let attempt = 0; ; attempt++) {
      const tried = await attemptOnce(settings, request, token)
      if (tried.done) return tried.answer
      token = tried.token
      if (performance.now() > giveUpAt) throw new Error(`${request.method} ${request.path}: ${tried.why}`)
      // Said at first and then now and again: a demo that stands still must not look finished.
      if (attempt % 10 === 0) settings.log(`The demo waits for the service (${tried.why}) and tries again.`)
      const pause = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** Math.min(attempt, 7))
      await wait(Math.max(pause, tried.retryAfterMs))
    }
  }
}

type Tried =
  { done: true; answer: unknown } | { done: false; token: string | null; why: string; retryAfterMs: number }

const later = (why: string, token: string | null = null, retryAfterMs = 0): Tried => ({
  done: false,
  token,
  why,
  retryAfterMs,
})

async function attemptOnce(
  settings: SenderSettings,
  request: DemoRequest,
  known: string | null,
): Promise<Tried> {
  try {
    const token = known ?? (await fetchToken(settings))
    const response = await fetch(new URL(request.path, settings.baseUrl), requestOf(request, token))
    if (response.ok) return { done: true, answer: await response.json() }
    const passing = response.status >= 500 || [401, 408, 425, 429].includes(response.status)
    // What was sent is about people: the error says the status and the code, never the content.
    if (!passing) throw new Refused(`${request.method} ${request.path}: ${await describe(response)}`)
    const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0
    return later(`status ${response.status}`, response.status === 401 ? null : token, retryAfterMs)
  } catch (fault) {
    if (fault instanceof Refused) throw fault
    // No connection, or one that broke off: the key makes sending again safe.
    return later('no connection', known)
  }
}

/** The service has answered and will not change its mind. */
class Refused extends Error {}

async function fetchToken({ tokenUrl, client }: SenderSettings): Promise<string> {
  const basic = Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`)
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${basic.toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  if (response.status === 400 || response.status === 401) {
    throw new Refused(`The identity provider refuses the client: ${await describe(response)}`)
  }
  return tokenAnswer.parse(await response.json()).access_token
}

function requestOf({ method, key, json, file }: DemoRequest, token: string): RequestInit {
  const headers = new Headers({ authorization: `Bearer ${token}` })
  if (key !== undefined) headers.set('idempotency-key', key)
  if (file) {
    const body = new FormData()
    body.set('file', file)
    return { method, headers, body }
  }
  if (json === undefined) return { method, headers }
  headers.set('content-type', 'application/json')
  return { method, headers, body: JSON.stringify(json) }
}

async function describe(response: Response): Promise<string> {
  const problem = z.object({ code: z.string() }).safeParse(await response.json().catch(() => null))
  return problem.success ? `status ${response.status} (${problem.data.code})` : `status ${response.status}`
}
