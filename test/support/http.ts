// A whole server for a test: real database, real identity provider, people of every role, and doors of the test's own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrationNames } from '../../shared/db/migrate.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import type { Preset } from '../../services/identity-presets.ts'
import { buildServer, type HttpDeps, type Routes, type Server } from '../../services/http.ts'
import { makeDemoIdentity, type DemoIdentity } from '../../services/identity/demo-identity.ts'
import { startIdentity, type RunningIdentity } from '../../services/identity/start.ts'
import { freePort } from '../../services/start/ports.ts'
import { wire } from '../../services/wiring.ts'
import { leaving } from './left-behind.ts'
import { freshDatabase } from './cluster.ts'

/** Where the server would be, and is where a test lets it listen: a port of its own, so that two runs do not meet. */
export const BASE = `http://localhost:${await freePort()}`
const AUDIENCE = 'bokvar'

const PEOPLE = [
  'role;committee;unit;username;name;email',
  'landlord;;;lars.landlord;Lars Landlord;lars@example.se',
  'registrar;SOC;MOT;rut;Rut Registrator;rut@example.se',
  'caseworker;SOC;MOT;hanna;Hanna Handläggare;hanna@example.se',
  'visitor;SOC;MOT;viktor;Viktor Visit;viktor@example.se',
  'counsellor;SOC;BOS;bo;Bo Rådgivare;bo@example.se',
  'supervisor;SOC;MOT;eva;Eva Enhetschef;eva@example.se',
  'administrator;SOC;MOT;adam;Adam Admin;adam@example.se',
  'statistician;;;stina;Stina Statistik;stina@example.se',
  'log-reviewer;;;lo;Lo Logg;lo@example.se',
]

export type TestServer = Server & {
  db: Db
  /** The owner's pool: for rows that the web role may not write. */
  owner: Db
  identity: DemoIdentity
  provider: RunningIdentity
  stop: () => Promise<void>
  /** An access token of a system, as it would fetch it. */
  token: (clientId: string) => Promise<string>
}

const unit = (code: string) => ({ code, committee: 'SOC', nameSv: code, nameEn: code, kind: 'unit' })

async function addPeople(owner: Db, identity: DemoIdentity): Promise<void> {
  await owner
    .insertInto('committee')
    .values({ code: 'SOC', nameSv: 'Socialnämnden', nameEn: 'Social' })
    .execute()
  await owner
    .insertInto('unit')
    .values([unit('MOT'), unit('BOS')])
    .execute()
  const [landlord] = await owner
    .insertInto('landlord')
    .values({ name: 'Provbostäder AB', clientId: 'landlord' })
    .returning('id')
    .execute()
  const people = identity.people.map(({ sub, username, name, email, role, committee, unit }) => {
    const landlordId = role === 'landlord' ? landlord!.id : null
    return { subject: sub, username, name, email, role, committee, unit, landlordId }
  })
  await owner.insertInto('person').values(people).execute()
  await owner
    .insertInto('systemClient')
    .values([
      { clientId: 'landlord', kind: 'landlord', landlordId: landlord!.id },
      { clientId: 'kronofogden', kind: 'kronofogden' },
      { clientId: 'system', kind: 'system', committee: 'SOC' },
    ])
    .execute()
}

async function fetchToken(
  provider: RunningIdentity,
  identity: DemoIdentity,
  clientId: string,
): Promise<string> {
  const client = identity.clients.find(({ id }) => id === clientId)!
  const answer = await fetch(provider.tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

/** Starts everything; `change` may replace any dependency. Stop it in `afterAll`. */
export async function startTestServer(
  routes: (db: Db) => Routes[],
  change: (deps: HttpDeps) => HttpDeps = (deps) => deps,
  given: { staffPreset?: Preset } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-http-'))
  writeFileSync(join(folder, 'people.csv'), PEOPLE.join('\n'))
  const identity = makeDemoIdentity({ peopleCsv: join(folder, 'people.csv'), baseUrl: BASE, dataDir: folder })
  const provider = await startIdentity({ identity, audience: AUDIENCE })
  const database = await freshDatabase()
  const owner = openDatabase({ url: database.url, role: 'owner', max: 2 })
  const db = openDatabase({ url: database.url, role: 'bokvar_web', max: 4 })
  await addPeople(owner, identity)
  const at = (client: 'staff' | 'landlords') => {
    const { id, secret } = identity.web[client]
    return { issuer: provider.issuer, clientId: id, clientSecret: secret }
  }
  const { login, ...wired } = wire(db, {
    baseUrl: BASE,
    version: '0.0.0-test',
    released: '2026-11-22',
    municipality: { name: 'Örebro kommun', code: '1880' },
    rate: { max: 1000, windowSeconds: 1 },
    trustProxy: [],
    tokens: { issuer: provider.issuer, audience: AUDIENCE },
    staff: { ...at('staff'), ...(given.staffPreset && { preset: given.staffPreset }) },
    landlords: at('landlords'),
    sessionSecrets: ['a-secret-of-a-test-that-is-long-enough'],
    lateSeconds: 60,
    schemaNeeded: migrationNames().at(-1)!,
  })
  const deps = leaving(change({ ...wired, logger: false, routes: [login, ...routes(db)] }))
  const tidy = async (): Promise<void> => {
    await provider.stop()
    await Promise.all([db.destroy(), owner.destroy()])
    await database.drop()
    rmSync(folder, { recursive: true })
  }
  const server = await buildServer(deps).catch(async (error: unknown) => {
    await tidy()
    throw error
  })
  const stop = async (): Promise<void> => {
    await server.app.close()
    await tidy()
  }
  const token = (clientId: string) => fetchToken(provider, identity, clientId)
  return { ...server, db, owner, identity, provider, stop, token }
}
