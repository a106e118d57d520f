// Drives the service over HTTP as landlords and Kronofogden would, and keeps the first ledger: what senders were told.
import { setTimeout as pause } from 'node:timers/promises'
import { noticeNumber } from '../bench/notices.ts'
import { chanceOf, type Chance } from './chance.ts'

/** What was told about one key: the id of the first 2xx, and whether a later one contradicted it. */
export type Told = {
  key: string
  kind: 'notice' | 'update' | 'eviction'
  household: number
  id: string
  contradicted: boolean
}

export type Ledger = {
  told: Map<string, Told>
  /** Keys never answered with 2xx or 4xx: nothing may be concluded of them. */
  unknown: Set<string>
  refused: { key: string; status: number }[]
  answers: { ok: number; busy: number; broken: number; unexpected: Record<number, number> }
}

type Clients = Record<'landlord' | 'landlord2' | 'kronofogden', { id: string; secret: string }>
type Request = {
  client: keyof Clients
  kind: Told['kind']
  path: string
  key: string
  household: number
  body: unknown
}

const answerWithinMs = 8_000
const names = ['Kanariefågel', 'Gulsiska', 'Sångtrast', 'Näktergal']
// Official test identity numbers: canaries that must not be found where personal data does not belong.
const numbers = [
  '19540326-9805',
  '19590120-9816',
  '19611128-9812',
  '19650502-9816',
  '19701008-9816',
  '19721104-9809',
]

/** Texts that may stand in the database only: names and identity numbers of the people we invent. */
export const canaries = [
  ...names,
  ...numbers.flatMap((number) => [number, number.replace('-', ''), number.slice(2)]),
]

const kronofogdenCase = (household: number) => `U-${70_000 + household}-26/1880`

function noticeOf(household: number, variant: number) {
  const body = noticeNumber(household)
  const number = numbers[household]
  const name = `${names[household % names.length]} Efternamn${household}`
  const tenant = { ...body.tenant, name, ...(number && { personalIdentityNumber: number }) }
  return { ...body, reference: `C-${household}-${variant}`, tenant, interest: variant }
}

function evictionOf(household: number, event: string) {
  const { tenant, dwelling, landlord } = noticeOf(household, 0)
  const respondent = {
    name: tenant.name,
    address: `${dwelling.address} lgh ${dwelling.apartmentNumber}`,
    postalCode: dwelling.postalCode,
    city: dwelling.city,
  }
  const dated = event === 'date-set' ? { evictionAt: '2027-01-20T09:00' } : {}
  return {
    event,
    caseNumber: kronofogdenCase(household),
    occurredOn: '2026-11-20',
    respondent,
    applicant: { name: landlord.name },
    childrenInHousehold: household % 2 ? 'yes' : 'unknown',
    ...dated,
  }
}

/** Opens a driver; `send` sends one request until it is answered, `stop` ends the stream and waits for what is on its way. */
export function openDriver(to: { baseUrl: string; tokenUrl: string; clients: Clients; seed: number }) {
  const ledger: Ledger = {
    told: new Map(),
    unknown: new Set(),
    refused: [],
    answers: { ok: 0, busy: 0, broken: 0, unexpected: {} },
  }
  const tokens = new Map<string, string>()
  const chance = chanceOf(to.seed)
  const underWay = new Set<Promise<void>>()
  const state = { giveUpAt: Infinity, households: 0, keys: 0 }

  async function tokenOf(client: keyof Clients): Promise<string> {
    const known = tokens.get(client)
    if (known !== undefined) return known
    const { id, secret } = to.clients[client]
    const response = await fetch(to.tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const { access_token: token } = (await response.json()) as { access_token: string }
    tokens.set(client, token)
    return token
  }

  /** One try; true when the answer settles the matter. */
  async function attempt(request: Request): Promise<boolean> {
    const { client, path, key, kind, household } = request
    try {
      const response = await fetch(new URL(path, to.baseUrl), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await tokenOf(client)}`,
          'idempotency-key': key,
          'content-type': 'application/json',
        },
        body: JSON.stringify(request.body),
        signal: AbortSignal.timeout(answerWithinMs),
      })
      const answer = (await response.json()) as { id?: string }
      if (response.ok && answer.id !== undefined) {
        ledger.answers.ok += 1
        const before = ledger.told.get(key)
        if (before) before.contradicted ||= before.id !== answer.id
        else ledger.told.set(key, { key, kind, household, id: answer.id, contradicted: false })
        return true
      }
      if (response.status === 401) tokens.delete(client)
      if ([401, 408, 425, 429, 503].includes(response.status)) ledger.answers.busy += 1
      else ledger.answers.unexpected[response.status] = (ledger.answers.unexpected[response.status] ?? 0) + 1
      if (
        response.status >= 400 &&
        response.status < 500 &&
        ![401, 408, 425, 429].includes(response.status)
      ) {
        ledger.refused.push({ key, status: response.status })
        return true
      }
    } catch {
      // No answer, or half of one: unknown. The key makes sending again safe.
      ledger.answers.broken += 1
    }
    return false
  }

  async function send(request: Request): Promise<void> {
    ledger.unknown.add(request.key)
    for (let tries = 0; performance.now() < state.giveUpAt; tries += 1) {
      if (await attempt(request)) {
        ledger.unknown.delete(request.key)
        return
      }
      await pause(Math.min(1_500, 100 * 2 ** tries))
    }
  }

  const start = (request: Request) => {
    const sent = send(request).finally(() => underWay.delete(sent))
    underWay.add(sent)
  }
  const key = () => `chaos-${to.seed}-${(state.keys += 1)}`
  const notice = (
    household: number,
    variant: number,
    client: 'landlord' | 'landlord2' = 'landlord',
  ): Request => ({
    client,
    kind: 'notice',
    path: '/v1/notices',
    key: key(),
    household,
    body: noticeOf(household, variant),
  })

  /** One thing that happens to somebody, as the seed will have it. */
  function happen(): void {
    const dice = chance.next()
    const known = [...ledger.told.values()].filter(({ kind }) => kind === 'notice')
    const earlier = known.length > 0 ? chance.pick(known) : undefined
    if (!earlier || dice < 0.55) newHousehold(chance, state.households++)
    else if (dice < 0.65)
      start(notice(earlier.household, 0)) // the same again under a new key
    else if (dice < 0.85) update(chance, earlier)
    else
      for (const event of chance.pick([
        ['application'],
        ['application', 'order'],
        ['date-set'],
        ['date-set', 'date-set'],
      ]))
        start({
          client: 'kronofogden',
          kind: 'eviction',
          path: '/v1/eviction-notices',
          key: key(),
          household: earlier.household,
          body: evictionOf(earlier.household, event),
        })
  }

  function newHousehold(chance: Chance, household: number): void {
    const first = notice(household, 0)
    start(first)
    const dice = chance.next()
    if (dice < 0.2)
      start(notice(household, 1)) // two about one household at once
    else if (dice < 0.4) start(first) // the same key twice at once
  }

  function update(chance: Chance, { id, household }: Told): void {
    const type = chance.pick(['served', 'part-paid', 'paid', 'withdrawn', 'agreement'])
    const body = { type, date: '2026-11-21', ...(type === 'part-paid' ? { amount: 1000 } : {}) }
    start({
      client: 'landlord',
      kind: 'update',
      path: `/v1/notices/${id}/updates`,
      key: key(),
      household,
      body,
    })
  }

  return {
    ledger,
    happen,
    underWay: () => underWay.size,
    /** Waits until everything sent is answered, at most so long. */
    finish: async (withinMs: number) => {
      state.giveUpAt = performance.now() + withinMs
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
