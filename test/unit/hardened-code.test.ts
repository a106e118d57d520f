// How the code is hardened: what it must never do, read from its own text, and what the image and the lockfile hold.
import { expect, it } from '@jest/globals'
import { CIPHERS } from '../../shared/seal.ts'
import { bare, house, read, runningImportsOf, withoutComments, written } from '../support/house.ts'

const product = written.filter((path) => /^(config|services|shared|workers)\//.test(path))
/** What runs where real people sign in: npm start's own parts, and the demo's provider, do not. */
const production = product.filter((path) => !/^services\/(start|identity)\/|\/types\.mjs$/.test(path))
const using = (pattern: RegExp, paths = product): string[] =>
  paths.filter((path) => pattern.test(bare(read(path)))).toSorted()
const quoting = (pattern: RegExp, paths = product): string[] =>
  paths.filter((path) => pattern.test(withoutComments(read(path)))).toSorted()

it('no text becomes code: no eval, no Function, no compiled template of a sender’s', () => {
  expect(using(/\beval\(|\bnew Function\b|\bimport\((?!')|renderString\(|\bprecompile/)).toEqual([])
  expect(quoting(/'node:vm'/)).toEqual([])
})

it('no shell reads a line that we wrote: one program is started, our own, with its arguments apart', () => {
  expect(quoting(/node:child_process/, production)).toEqual(['shared/read-file.ts'])
  expect(using(/\bspawn\(process\.execPath,/, production)).toEqual(['shared/read-file.ts'])
  expect(using(/shell:|\bexec(Sync)?\(\s*[`']/, production)).toEqual([])
})

it('every value goes to the database as a parameter: raw words are our own and few', () => {
  expect(using(/\bsql\.raw\(/, production)).toEqual([
    'shared/casework/invariants.ts',
    'shared/casework/people-changes.ts',
    'shared/casework/visit-week.ts',
    'shared/db/rows.ts',
  ])
  expect(using(/\.query\(\s*`[^`]*\$\{/, production)).toEqual(['shared/db/backup.ts'])
})

it('patterns are made of our own words only', () => {
  expect(using(/\bnew RegExp\(/)).toEqual([
    'services/http.ts',
    'services/lost-forms.ts',
    'shared/domain/sheet-marks.ts',
    'shared/workbook.ts',
  ])
})

it('ciphers and hashes are AES-256-GCM and SHA-256 of Node, and chance is its own', () => {
  const named = product.flatMap((path) => [
    ...withoutComments(read(path)).matchAll(/create(?:Hash|Hmac|Cipheriv|Decipheriv)\('([^']+)'/g),
  ])
  expect(new Set(named.map(([, name]) => name))).toEqual(new Set(['sha256', 'aes-256-gcm']))
  expect(CIPHERS).toEqual(['aes-256-gcm', 'chacha20-poly1305'])
  expect(using(/\bMath\.random\b|\bcreateCipher\(|\bpseudoRandomBytes\b/)).toEqual([])
  const few = product.flatMap((path) =>
    [...bare(read(path)).matchAll(/randomBytes\((\d+)\)/g)].map(([, count]) => ({
      path,
      count: Number(count),
    })),
  )
  // Nonces need not be secret; the demo's passwords are on the page of the demo.
  const others = few.filter(({ count }) => count < 16).map(({ path }) => path)
  expect(new Set(others)).toEqual(new Set(['services/identity/demo-identity.ts', 'shared/db/backup.ts']))
})

it('values are compared by kind and all: never ==, but for what may be null', () => {
  // The one file that reads `!=` as a word of the municipality's own conditions.
  const loose = using(/[^=!<>]==(?!=)(?! null\b)|!=(?!=)(?! null\b)/)
  expect(loose).toEqual(['shared/domain/condition.ts'])
  expect(read('shared/domain/condition.ts')).not.toMatch(/\w !=(?!=)/)
  const { compilerOptions } = JSON.parse(read('tsconfig.json')) as {
    compilerOptions: Record<string, unknown>
  }
  expect(compilerOptions).toMatchObject({ strict: true, noUncheckedIndexedAccess: true })
})

it('templates escape by themselves; what they are told to trust is our own', () => {
  const views = house.filter((path) => path.startsWith('services/') && path.endsWith('.njk'))
  const trusting = views.flatMap((path) =>
    [...read(path).matchAll(/[^{|]*\|\s*safe\b/g)].map(([text]) => `${path}: ${text.trim()}`),
  )
  expect(trusting.toSorted()).toEqual([
    'services/identity/pages.njk: form | safe',
    `services/web/views/casework/lists.njk: ' aria-current="page"' | safe`,
    `services/web/views/casework/visit.njk: ' aria-current="true"' | safe`,
    'services/web/views/chart.njk: part.svg | safe',
  ])
  expect(
    views.filter((path) =>
      /autoescape false|<script(?![^>]*src=)|style="|\son\w+="|href="(javascript|data):/i.test(read(path)),
    ),
  ).toEqual([])
  expect(using(/autoescape: false/)).toEqual([])
})

it('every page stands in the frame, which has the way out on it', () => {
  const shown = production.flatMap((path) =>
    [...read(path).matchAll(/renderPage\(\s*\w[\w.()]*,\s*'([^']+)'/g)].map(([, name = '']) => name),
  )
  expect(new Set(shown).size).toBeGreaterThan(40)
  const outside = shown.filter(
    (name) => !read(`services/web/views/${name}.njk`).includes('{% extends "layout.njk" %}'),
  )
  expect(outside).toEqual([])
  expect(read('services/web/views/layout.njk')).toMatch(/{% if person %}[^%]*action="\/logout"/)
})

it('scripts in the browser keep nothing, write no markup and hear nobody else', () => {
  const scripts = house.filter((path) => /^services\/web\/static\/.*\.js$/.test(path))
  expect(scripts.length).toBeGreaterThan(1)
  const wrong =
    /localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|outerHTML|insertAdjacent|document\.write|postMessage|'message'|WebSocket|EventSource|https?:/
  expect(scripts.filter((path) => wrong.test(read(path)))).toEqual([])
})

it('logs go through one door, and nothing is written beside it', () => {
  expect(using(/\bconsole\.\w+\(/)).toEqual([])
  expect(quoting(/from 'pino'/)).toEqual(['shared/log.ts'])
  expect(using(/process\.(stdout|stderr)\.write\(/, production)).toEqual([
    'config/env.ts',
    'shared/db/migrate.ts',
    'shared/read-file-child.ts',
    'workers/watchdog.ts',
  ])
})

it('files for others are named by us, and their names hold nothing but our own words', () => {
  const offered = production.flatMap((path) =>
    [...read(path).matchAll(/(?:inline|attachment); filename="([^"]*)"/g)].map(([, name = '']) => ({
      path,
      name,
    })),
  )
  expect(offered.length).toBeGreaterThan(7)
  // A name with a part to fill in takes it from a catalogue, a kind or a checked id; the tests of each page hold it.
  const filled = offered.filter(({ name }) => name.includes('$')).map(({ path, name }) => `${path} ${name}`)
  expect(new Set(filled)).toEqual(
    new Set([
      'services/api/rules.ts ${file}',
      'services/web/approvals.ts ${name}',
      'services/web/inbox.ts dokument.${ending}',
      'services/web/landlord-file.ts ${name}',
      'services/web/letter-pdf.ts ${name}.pdf',
      "services/web/statistics.ts bokvar-statistik-${part?.id ?? 'tom'}.csv",
      'services/web/table-version.ts ${file}',
    ]),
  )
})

it('the lockfile binds every library to its bytes, and to no other place than the registry', () => {
  type Locked = { link?: boolean; integrity?: string; resolved?: string; optional?: boolean }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
  // The registry here lacks some builds for other machines; npm takes them, and their checksums, when it needs them.
  const libraries = Object.entries(packages).filter(([path, { optional }]) => path !== '' && !optional)
  expect(libraries.length).toBeGreaterThan(300)
  const loose = libraries.filter(
    ([, { integrity, resolved }]) =>
      integrity?.startsWith('sha512-') !== true ||
      !/^(https:\/\/registry\.npmjs\.org\/|undefined$)/.test(String(resolved)),
  )
  expect(loose.map(([path]) => path)).toEqual([])
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >
  expect(
    Object.values({ ...dependencies, ...devDependencies }).filter((version) => !/^\d/.test(version)),
  ).toEqual([])
})

it('the image holds what runs and nothing else, runs as nobody, and can write nowhere', () => {
  const taken = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
  expect(read('.dockerignore')).toContain('\n*\n')
  expect(taken).toEqual([
    '!package.json',
    '!package-lock.json',
    '!LICENSE',
    '!publiccode.yml',
    '!config',
    '!services',
    '!workers',
    '!shared',
  ])
  // The demo's people, provider and rehearsals stay outside, and nothing that runs there asks for them.
  const left = ['services/identity', 'config/demo']
  for (const folder of left) expect(read('.dockerignore')).toContain(`\n${folder}\n`)
  const commands = ['prepare-given', 'rotate-keys', 'backup', 'restore', 'retention', 'audit-verify']
  const reached = new Set(['services/main.ts', 'workers/main.ts', 'workers/watchdog.ts'])
  for (const command of commands) reached.add(`services/start/${command}.ts`)
  for (const path of reached) for (const next of runningImportsOf.get(path) ?? []) reached.add(next)
  expect([...reached].filter((path) => left.some((folder) => path.startsWith(`${folder}/`)))).toEqual([])
  for (const line of ['ENV NODE_ENV=production', '--omit=dev --ignore-scripts', '\nUSER node\n'])
    expect(read('Dockerfile')).toContain(line)
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true'])
    expect(read('docker-compose.yml')).toContain(line)
})

it('no password has a default, and the keys lie with web and workers alone', () => {
  const compose = read('docker-compose.yml')
  const asked = [...compose.matchAll(/\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}/g)]
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.filter(([, , rule = '']) => !rule.startsWith(':?')).map(([, name]) => name)).toEqual([])
  const holding = compose.split(/\n {2}(?=[\w-]+:\n)/).filter((part) => part.includes('secrets: [keys]'))
  expect(holding.map((part) => part.split(':')[0])).toEqual(['web', 'workers'])
  for (const line of read('docs/compose.env')
    .split('\n')
    .filter((one) => /(PASSWORD|SECRET)=/.test(one)))
    expect(line).toMatch(/=$/)
})
