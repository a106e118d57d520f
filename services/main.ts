// Starts the web process: the API and the pages on one port, over the database as the web's own role.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { readEnvironment } from '../config/env.ts'
import { readDataFile } from '../config/files.ts'
import { demandKeys } from '../shared/casework/key-fingerprints.ts'
import { findReadiness } from '../shared/casework/readiness.ts'
import { readMunicipality } from '../shared/casework/settings.ts'
import { beat } from '../shared/casework/sweeps.ts'
import { keepUnreadable } from '../shared/casework/unreadable.ts'
import { migrationNames } from '../shared/db/migrate.ts'
import { openDatabase } from '../shared/db/open.ts'
import { readLaw } from '../shared/domain/periods.ts'
import { scannerAt } from '../shared/scanner.ts'
import { openLog } from '../shared/log.ts'
import { blindIndex, readKeys } from '../shared/seal.ts'
import { stopOnSignal } from '../shared/stop.ts'
import { actorOf } from './actor.ts'
import { apiRoutes } from './api/routes.ts'
import { buildServer } from './http.ts'
import { demandLevels, presetNamed } from './identity-presets.ts'
import { lostFormKeeper } from './web/form-drafts.ts'
import { pageRoutes } from './web/pages.ts'
import { compileTemplates } from './web/warm.ts'
import { wire } from './wiring.ts'

// The API's own release: raised by hand when its contract changes.
const API_RELEASED = '2026-11-22'
const BEAT_EVERY_MS = 10_000

const env = readEnvironment([
  'databaseUrl',
  'keysFile',
  'staffIssuer',
  'staffClientId',
  'staffClientSecret',
  'landlordIssuer',
  'landlordClientId',
  'landlordClientSecret',
  'tokenIssuer',
])
const log = openLog('web', env.logLevel)
const { webDatabaseUrl: url = env.databaseUrl, databaseConnections: max } = env
const db = openDatabase({
  url,
  role: 'bokvar_web',
  max,
  onError: (error) => log.warn({ err: error }, 'away'),
})
const keys = readKeys(env.keysFile)
const presets = readDataFile('identity/presets.json')
const presetOf = (name: string, levels: string[] | undefined, setting: string) => {
  const preset = presetNamed(presets, name, levels)
  return env.environment === 'production' ? demandLevels(preset, levels, setting) : preset
}
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const schemaNeeded = migrationNames().at(-1) ?? ''
const { ok, schema } = await findReadiness(db, schemaNeeded)
// Started against an older database every page would fail, one by one, in front of a person.
if (!ok)
  throw new Error(`The database has schema ${schema.found ?? 'none'}; this version needs ${schema.needed}.`)
await demandKeys(db, keys)
const { law, problems } = readLaw(readDataFile('law/periods.csv'), readDataFile('law/holidays.csv'))
if (!law) throw new Error(`The law's tables cannot be read: ${problems[0] ?? ''}`)
const { name, code } = await readMunicipality(db)
const { login, ...wired } = wire(db, {
  baseUrl: env.baseUrl,
  version,
  released: API_RELEASED,
  municipality: { name, code },
  trustProxy: env.trustedProxies?.split(',').map((proxy) => proxy.trim()) ?? [],
  // Per sender: a case system that catches up after an outage is served, a runaway loop is not.
  rate: { max: env.rateRequests, windowSeconds: env.rateSeconds },
  tokens: { issuer: env.tokenIssuer, audience: env.tokenAudience },
  staff: {
    issuer: env.staffIssuer,
    clientId: env.staffClientId,
    clientSecret: env.staffClientSecret,
    preset: presetOf(env.staffPreset, env.staffLevels, 'OIDC_STAFF_LEVELS'),
  },
  landlords: {
    issuer: env.landlordIssuer,
    clientId: env.landlordClientId,
    clientSecret: env.landlordClientSecret,
    preset: presetOf(env.landlordPreset, env.landlordLevels, 'OIDC_LANDLORD_LEVELS'),
  },
  sessionSecrets: [blindIndex(keys, 'session-cookie', '1').toString('base64url')],
  lateSeconds: env.lateSeconds,
  schemaNeeded,
})
const tools = { keys, law }
const { app } = await buildServer({
  ...wired,
  logger: log,
  ...(env.scannerUrl && { scan: scannerAt(env.scannerUrl) }),
  keepUnreadable: (sender, raw, fault) => keepUnreadable(db, tools, actorOf(sender), { raw, fault }),
  keepLostForm: lostFormKeeper({ db, tools }),
  routes: [login, ...apiRoutes({ db, tools }), pageRoutes({ db, tools })],
})
const tellAlive = () => {
  beat(db, `web ${hostname()} ${process.pid}`, 'web', new Date()).catch((error: unknown) => {
    log.warn({ err: error }, 'away')
  })
}
const heart = setInterval(tellAlive, BEAT_EVERY_MS)
// A kept-alive line that was busy when the close began stays open for its whole idle time: look for those that are free.
async function closeRequests(server: typeof app): Promise<void> {
  const free = setInterval(() => server.server.closeIdleConnections(), 50)
  await server.close().finally(() => clearInterval(free))
}
stopOnSignal(
  [
    { name: 'heartbeat', run: () => clearInterval(heart) },
    { name: 'requests', run: () => closeRequests(app) },
    { name: 'database', run: () => db.destroy() },
  ],
  { withinMs: env.stopWithinMs, tell: (text) => log.warn(text) },
)
await app.listen({ port: env.port, host: env.host })
tellAlive()
log.info({ port: env.port }, 'started')
process.send?.('ready')
// After the start and between requests: it takes a third of a second, and nobody has to wait for all of it.
await compileTemplates(app.frame.environment)
