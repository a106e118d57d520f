// The whole API for a test: a municipality with people, a real identity provider for systems, and its work done by hand.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPersonBySubject } from '../../shared/casework/people.ts'
import { keepUnreadable } from '../../shared/casework/unreadable.ts'
import { migrationNames } from '../../shared/db/migrate.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { actorOf } from '../../services/actor.ts'
import { apiRoutes } from '../../services/api/routes.ts'
import { buildServer, type App, type HttpDeps } from '../../services/http.ts'
import { makeDemoIdentity } from '../../services/identity/demo-identity.ts'
import { startIdentity } from '../../services/identity/start.ts'
import { pageRoutes } from '../../services/web/pages.ts'
import { wire } from '../../services/wiring.ts'
import { leaving } from './left-behind.ts'
import { BASE } from './http.ts'
import { openSpine, type Spine } from './spine.ts'

const AUDIENCE = 'bokvar'

/** Username → role, committee, unit: two committees with all that the tests need. */
const STAFF = {
  'registrar.gan': ['registrar', 'GAN', 'GAN-FS'],
  'caseworker.gan': ['caseworker', 'GAN', 'GAN-FS'],
  'caseworker2.gan': ['caseworker', 'GAN', 'GAN-BETAL'],
  'visitor.gan': ['visitor', 'GAN', 'GAN-BESOK'],
  'visitor2.gan': ['visitor', 'GAN', 'GAN-BESOK'],
  'supervisor.gan': ['supervisor', 'GAN', 'GAN-FS'],
  'caseworker.sn': ['caseworker', 'SN', 'SN-MOTT'],
  'counsellor.sn': ['counsellor', 'SN', 'SN-BOS'],
  'counsellor2.sn': ['counsellor', 'SN', 'SN-BOS'],
  'supervisor.sn': ['supervisor', 'SN', 'SN-MOTT'],
  'supervisor.von': ['supervisor', 'VON', 'VON-BIST'],
  'reviewer.gan': ['log-reviewer', 'GAN', 'GAN-FS'],
  'administrator.gan': ['administrator', 'GAN', 'GAN-FS'],
  'administrator2.gan': ['administrator', 'GAN', 'GAN-FS'],
} as const

export type Who = keyof typeof STAFF | 'landlord' | 'landlord2' | 'kronofogden' | 'system'

export type Call = {
  as?: Who
  method?: 'GET' | 'POST'
  json?: unknown
  raw?: string | Buffer
  headers?: Record<string, string>
}

// Answers of many shapes: the tests say what they expect of them.
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = { status: number; body: any; text: string; headers: Record<string, unknown> }

export type Api = Spine & {
  app: App
  /** The person's row by username. */
  person: (who: keyof typeof STAFF) => string
  call: (path: string, call?: Call) => Promise<Answer>
  stop: () => Promise<void>
}

async function addPeople(spine: Spine): Promise<Map<string, string>> {
  const rows = await spine.owner
    .insertInto('person')
    .values(
      Object.entries(STAFF).map(([subject, [role, committee, unit]]) => ({
        subject,
        username: subject,
        name: subject,
        email: `${subject}@example.se`,
        role,
        committee,
        unit,
      })),
    )
    .returning(['id', 'subject'])
    .execute()
  const landlords = await spine.owner
    .insertInto('landlord')
    .values([{ name: 'Provbostäder AB' }, { name: 'Andra Hus AB' }])
    .returning('id')
    .execute()
  await spine.owner
    .insertInto('systemClient')
    .values([
      { clientId: 'landlord', kind: 'landlord', landlordId: landlords[0]!.id },
      { clientId: 'landlord2', kind: 'landlord', landlordId: landlords[1]!.id },
      { clientId: 'kronofogden', kind: 'kronofogden' },
      { clientId: 'system', kind: 'system', committee: 'GAN' },
    ])
    .execute()
  return new Map(rows.map((row) => [row.subject, row.id]))
}

/** Opens everything, the pages too when they are asked for; `stop` it in `afterAll`. Systems fetch real tokens; a person's session is proved elsewhere. */
export async function openApi({
  pages = false,
  logger = false,
}: { pages?: boolean; logger?: HttpDeps['logger'] } = {}): Promise<Api> {
  const spine = await openSpine()
  const people = await addPeople(spine)
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-api-'))
  writeFileSync(join(folder, 'people.csv'), 'role;committee;unit;username;name;email\n')
  const identity = makeDemoIdentity({ peopleCsv: join(folder, 'people.csv'), baseUrl: BASE, dataDir: folder })
  const provider = await startIdentity({ identity, audience: AUDIENCE })
  const client = { issuer: provider.issuer, clientId: 'x', clientSecret: 'x' }
  const { login, ...wired } = wire(spine.web, {
    baseUrl: BASE,
    version: '0.0.0-test',
    released: '2026-11-22',
    municipality: { name: 'Örebro kommun', code: '1880' },
    rate: { max: 10_000, windowSeconds: 1 },
    trustProxy: [],
    tokens: { issuer: provider.issuer, audience: AUDIENCE },
    staff: client,
    landlords: client,
    sessionSecrets: ['a-secret-of-a-test-that-is-long-enough'],
    lateSeconds: 60,
    schemaNeeded: migrationNames().at(-1)!,
  })
  const asPerson = async (subject: string) => {
    const found = await findPersonBySubject(spine.web, subject)
    if (!found) throw new Refusal('forbidden', 'person.unknown', 'x')
    return { ...found, authTime: Math.floor(Date.now() / 1000) }
  }
  const { app } = await buildServer(
    leaving({
      ...wired,
      verifyToken: (token) => (token in STAFF ? asPerson(token) : wired.verifyToken(token)),
      logger,
      keepUnreadable: (sender, raw, fault) =>
        keepUnreadable(spine.web, spine.tools, actorOf(sender), { raw, fault }),
      routes: [
        login,
        ...apiRoutes({ db: spine.web, tools: spine.tools }),
        ...(pages ? [pageRoutes({ db: spine.web, tools: spine.tools })] : []),
      ],
    }),
  )
  const tokens = new Map<string, Promise<string>>()
  const fetchToken = async (id: string): Promise<string> => {
    const { secret } = identity.clients.find((one) => one.id === id)!
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const answer = await fetch(provider.tokenUrl, { method: 'POST', headers: { authorization }, body })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const tokenOf = (who: Who): Promise<string> => {
    if (who in STAFF) return Promise.resolve(who)
    const known = tokens.get(who) ?? fetchToken(who)
    tokens.set(who, known)
    return known
  }
  const call = async (path: string, { as, method, json, raw, headers }: Call = {}): Promise<Answer> => {
    const payload = raw ?? (json === undefined ? undefined : JSON.stringify(json))
    const answer = await app.inject({
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      url: path,
      headers: {
        ...(as && { authorization: `Bearer ${await tokenOf(as)}` }),
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload !== undefined && { payload }),
    })
    // An answer to HEAD says that it is JSON and holds none.
    const isJson = answer.body !== '' && /json/.test(String(answer.headers['content-type']))
    const parsed = isJson ? answer.json<unknown>() : null
    return { status: answer.statusCode, body: parsed, text: answer.body, headers: answer.headers }
  }
  const stop = async () => {
    await app.close()
    await provider.stop()
    await spine.close()
    rmSync(folder, { recursive: true })
  }
  return { ...spine, app, person: (who) => people.get(who)!, call, stop }
}

/** A termination for two months of unpaid rent: it is referred to debt counselling at once. */
export function aNotice(change: Record<string, unknown> = {}, day = '2026-11-20') {
  return {
    type: 'rent-termination',
    reference: 'H-1',
    landlord: {
      name: 'Exempelfastigheter i Örebro AB',
      organisationNumber: '559999-0115',
      postalAddress: 'Box 1, 701 00 Örebro',
      phone: '019-000 00 00',
    },
    tenant: { name: 'Vera Exempel', postalAddress: 'Storgatan 1', personalIdentityNumber: '19900101-2385' },
    dwelling: {
      address: 'Storgatan 1',
      postalCode: '702 10',
      city: 'Örebro',
      apartmentNumber: '1101',
      rooms: 2,
    },
    rents: [
      { period: '2026-10', dueDate: '2026-09-30', amount: 8450 },
      { period: '2026-11', dueDate: '2026-10-30', amount: 8450.5 },
    ],
    amountToRecover: 16900.5,
    payment: { bankgiro: '5050-1055' },
    noticeDate: day,
    dispatchedDate: day,
    dispatchMethod: 'e-service',
    ...change,
  }
}
