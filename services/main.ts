// Starts the web process: the API and the pages on one port, over the database as the web's own role.
import { readFileSync } from 'node:fs'
import { readEnvironment } from '../config/env.ts'
import { readMunicipality } from '../shared/casework/settings.ts'
import { migrationNames } from '../shared/db/migrate.ts'
import { openDatabase } from '../shared/db/open.ts'
import { openLog } from '../shared/log.ts'
import { blindIndex, readKeys } from '../shared/seal.ts'
import { stopOnSignal } from '../shared/stop.ts'
import { buildServer } from './http.ts'
import { wire } from './wiring.ts'

// The API's own release: raised by hand when its contract changes.
const API_RELEASED = '2026-11-22'
const RATE = { max: 300, windowSeconds: 1 }

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
const { databaseUrl: url, databaseConnections: max } = env
const db = openDatabase({
  url,
  role: 'bokvar_web',
  max,
  onError: (error) => log.warn({ err: error }, 'away'),
})
const keys = readKeys(env.keysFile)
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const { name, code } = await readMunicipality(db)
const { login, ...wired } = wire(db, {
  baseUrl: env.baseUrl,
  version,
  released: API_RELEASED,
  municipality: { name, code },
  trustProxy: env.trustedProxies?.split(',').map((proxy) => proxy.trim()) ?? [],
  rate: RATE,
  tokens: { issuer: env.tokenIssuer, audience: env.tokenAudience },
  staff: { issuer: env.staffIssuer, clientId: env.staffClientId, clientSecret: env.staffClientSecret },
  landlords: {
    issuer: env.landlordIssuer,
    clientId: env.landlordClientId,
    clientSecret: env.landlordClientSecret,
  },
  sessionSecrets: [blindIndex(keys, 'session-cookie', '1').toString('base64url')],
  schemaNeeded: migrationNames().at(-1) ?? '',
})
const { app } = await buildServer({ ...wired, logger: log, routes: [login] })
stopOnSignal(
  [
    { name: 'requests', run: () => app.close() },
    { name: 'database', run: () => db.destroy() },
  ],
  { withinMs: env.stopWithinMs, tell: (text) => log.warn(text) },
)
await app.listen({ port: env.port, host: env.host })
log.info({ port: env.port }, 'started')
process.send?.('ready')
