// The demo's people and systems in one file with their passwords and secrets, made once and kept.
import { generateKeyPairSync, randomBytes, randomUUID, type JsonWebKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'

const personSchema = z.object({
  role: z.string(),
  committee: z.string().nullable(),
  unit: z.string().nullable(),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  /** The subject in tokens; the same text stands in the database's `person.subject`. */
  sub: z.string(),
  password: z.string(),
})

const clientSchema = z.object({
  id: z.string(),
  secret: z.string(),
  scopes: z.array(z.string()),
  /** A system that signs its own proof: its public keys, in place of the secret. */
  publicKeys: z.array(z.record(z.string(), z.unknown())).optional(),
})

const webClientSchema = z.object({ id: z.string(), secret: z.string(), redirectUris: z.array(z.string()) })

const identitySchema = z.object({
  /** Where signing out may lead back to. */
  afterSignOut: z.array(z.string()),
  people: z.array(personSchema),
  clients: z.array(clientSchema),
  web: z.object({ staff: webClientSchema, landlords: webClientSchema }),
  cookieKeys: z.array(z.string()),
  signingKeys: z.array(z.record(z.string(), z.unknown())),
})

export type DemoPerson = z.infer<typeof personSchema>
export type DemoClient = z.infer<typeof clientSchema>
export type DemoIdentity = z.infer<typeof identitySchema>
export type WebClient = z.infer<typeof webClientSchema>

export const SYSTEM_CLIENTS = {
  landlord: ['notices'],
  landlord2: ['notices'],
  kronofogden: ['eviction-notices'],
  system: ['casework'],
} as const

const PEOPLE_COLUMNS = z.array(
  z.object({
    role: z.string().min(1),
    committee: z.string(),
    unit: z.string(),
    username: z.string().min(1),
    name: z.string().min(1),
    email: z.string(),
  }),
)

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

// Letters and digits only: it is read off a screen and typed.
function password(): string {
  return randomBytes(9).toString('base64').replace(/[+/]/g, 'k')
}

function signingKey(): JsonWebKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' }
}

/** Reads the file, or null when there is none. Throws when it is not what it should be: a person must look. */
export function readDemoIdentity(file: string): DemoIdentity | null {
  return existsSync(file) ? identitySchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null
}

function readPeople(csvFile: string, known: readonly DemoPerson[]): DemoPerson[] {
  const rows = parse(readFileSync(csvFile), {
    bom: true,
    columns: true,
    delimiter: ';',
    trim: true,
    skip_empty_lines: true,
  })
  return PEOPLE_COLUMNS.parse(rows).map((row) => ({
    ...row,
    committee: row.committee || null,
    unit: row.unit || null,
    email: row.email || null,
    sub: row.username,
    password: known.find(({ username }) => username === row.username)?.password ?? password(),
  }))
}

function webClient(id: string, known: WebClient | undefined, redirectUris: string[]): WebClient {
  return { id, secret: known?.secret ?? secret(32), redirectUris }
}

/** Where Bokvar's own pages take back a person who has signed in or out, for a public address. */
export function webAddresses(baseUrl: string) {
  const base = baseUrl.replace(/\/$/, '')
  return {
    staff: `${base}/login/staff/callback`,
    landlords: `${base}/login/landlords/callback`,
    afterSignOut: `${base}/logged-out`,
  }
}

/**
 * Makes or refreshes `<dataDir>/identity.json` from the people's CSV (`role;committee;unit;username;name;email`).
 * Whoever was there keeps password or secret, so a second call with the same input changes nothing.
 * `baseUrl` is the address of Bokvar's pages. Returns the whole content: what demo.json and the web process need.
 */
export function makeDemoIdentity(options: {
  peopleCsv: string
  baseUrl: string
  dataDir: string
}): DemoIdentity {
  const file = join(options.dataDir, 'identity.json')
  const known = readDemoIdentity(file)
  const addresses = webAddresses(options.baseUrl)
  const identity: DemoIdentity = {
    afterSignOut: [addresses.afterSignOut],
    people: readPeople(options.peopleCsv, known?.people ?? []),
    clients: Object.entries(SYSTEM_CLIENTS).map(([id, scopes]) => {
      const before = known?.clients.find((client) => client.id === id)
      const keys = before?.publicKeys && { publicKeys: before.publicKeys }
      return { id, secret: before?.secret ?? secret(32), scopes: [...scopes], ...keys }
    }),
    web: {
      staff: webClient('bokvar-staff', known?.web.staff, [addresses.staff]),
      landlords: webClient('bokvar-landlords', known?.web.landlords, [addresses.landlords]),
    },
    cookieKeys: known?.cookieKeys ?? [secret(32)],
    signingKeys: known?.signingKeys ?? [signingKey()],
  }
  mkdirSync(options.dataDir, { recursive: true })
  // Written whole and only for this user: it holds every password of the demo.
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(identity, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
  return identity
}
