// The rules of the house: who may import whom, one owner for each library, and no clock where the law is counted.
import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { bare, code, importsOf, inside, read, runningImportsOf, written } from '../support/house.ts'

const among = (folder: string) => (path: string) => path.startsWith(folder)

/** What the files `who` import that is in none of the places `may`, each as "file → import". */
function strays(
  who: (path: string) => boolean,
  may: readonly string[],
  what?: (name: string) => boolean,
): string[] {
  return code.filter(who).flatMap((path) => {
    const names = (importsOf.get(path) ?? []).filter(what ?? (() => true))
    return names.filter((name) => !inside(name, may)).map((name) => `${path} → ${name}`)
  })
}

const isDoor = (path: string) => inside(path, ['services/']) && !inside(path, ['services/start/'])
const isStartOrTest = (path: string) => inside(path, ['services/start/', 'test/'])
const isOurs = (name: string) => existsSync(name) && name.includes('/')
const breaking = (rule: RegExp, paths: readonly string[] = written) =>
  paths.filter((path) => rule.test(bare(read(path))))

const caseworkNeeds = [
  'shared/casework/',
  'shared/domain/',
  'shared/db/',
  'shared/text/',
  'shared/outbox.ts',
].concat('shared/topics.ts', 'shared/seal.ts', 'shared/read-file.ts', 'kysely', 'node:crypto')

describe('who may import whom', () => {
  it.each([
    ['shared/domain/', ['shared/domain/', 'luxon', 'zod', 'csv-parse/sync', 'personnummer']],
    ['shared/casework/', caseworkNeeds],
    ['shared/text/', ['shared/text/', 'shared/domain/']],
    ['config/', ['config/', 'zod', 'node:fs', 'node:path', 'node:url']],
  ])('%s imports only what it needs to do its one thing', (room, may) => {
    expect(strays(among(room), may)).toEqual([])
  })

  it.each([
    ['workers/', among('workers/'), ['workers/', 'shared/', 'config/']],
    ['shared/', among('shared/'), ['shared/', 'config/env.ts']],
    ['services/, but for npm start,', isDoor, ['services/', 'shared/', 'config/']],
  ])('%s imports no room that lies above it or beside it', (_room, who, may) => {
    expect(strays(who, may, isOurs)).toEqual([])
  })

  it('only npm start and the tests import what npm start is made of', () => {
    expect(strays((path) => !isStartOrTest(path), [], among('services/start/'))).toEqual([])
  })

  it.each([
    ['pg', ['shared/db/open.ts', 'shared/db/backup.ts', 'shared/queues.ts', 'services/start/']],
    ['bullmq', ['shared/queues.ts']],
    ['ioredis', ['shared/queues.ts']],
    ['kysely', ['shared/casework/', 'shared/db/', 'shared/outbox.ts', 'services/start/']],
    ['nodemailer', ['shared/mailer.ts']],
    ['read-excel-file', ['shared/workbook.ts']],
    ['pdfkit', ['services/web/pdf.ts']],
    ['pino', ['shared/log.ts']],
    ['luxon', ['shared/domain/', 'services/web/', 'services/start/']],
    ['fastify', ['services/']],
    ['nunjucks', ['services/web/', 'services/identity/']],
    ['openid-client', ['services/login.ts', 'services/back-channel.ts']],
    ['jose', ['services/tokens.ts', 'services/back-channel.ts', 'services/identity/']],
    ['oidc-provider', ['services/identity/']],
    ['smtp-server', ['services/start/']],
  ])('%s has its owner', (library, owners) => {
    const isIt = (name: string) => name === library || name.startsWith(`${library}/`)
    expect(strays((path) => !inside(path, [...owners, 'test/']), [], isIt)).toEqual([])
  })

  it('only config/env.ts reads the environment', () => {
    // The installer runs before there is anything to import; the type generator hands its own environment on.
    const before = ['config/env.ts', 'services/start/install.mjs', 'test/']
    expect(
      breaking(
        /\bprocess\.env\b/,
        written.filter((path) => !inside(path, before)),
      ),
    ).toEqual([])
  })

  it('no file imports itself, by whatever way round', () => {
    const settled = new Set<string>()
    const round = (path: string, way: readonly string[]): string[] => {
      if (way.includes(path)) return [[...way.slice(way.indexOf(path)), path].join(' → ')]
      if (settled.has(path)) return []
      const found = (runningImportsOf.get(path) ?? []).flatMap((next) => round(next, [...way, path]))
      settled.add(path)
      return found
    }
    expect(code.flatMap((path) => round(path, []))).toEqual([])
  })

  it('migrations are numbered SQL without a gap, and include nothing', () => {
    const names = readdirSync('shared/db/migrations').toSorted()
    const numbers = names.map((_name, place) => String(place + 1).padStart(4, '0'))
    expect(names.map((name) => /^(\d{4})-[a-z-]+\.sql$/.exec(name)?.[1])).toEqual(numbers)
    expect(names.filter((name) => /^\s*\\/m.test(read(`shared/db/migrations/${name}`)))).toEqual([])
  })
})

describe('how it is written', () => {
  it('shared/domain has no clock, no environment and no chance: today arrives as a parameter', () => {
    const forbidden =
      /new Date\(|Date\.now|DateTime\.(now|local|utc)\(\)|\bprocess\.|\bperformance\.|Math\.random|\bcrypto\.|\bfetch\(/
    expect(breaking(forbidden, written.filter(among('shared/domain/')))).toEqual([])
  })

  it('no instant is cut to a day, which would be Greenwich’s: after eleven in the evening it is another here', () => {
    const running = written.filter((path) => !path.startsWith('test/'))
    expect(breaking(/\w+At\??\.slice\(0, 10\)/, running)).toEqual([])
  })

  it('there is no enum and no namespace', () => {
    expect(breaking(/^\s*(export )?(declare )?(const )?(enum|namespace) \w/m)).toEqual([])
  })

  it('there is no any, but for the answers of an API in a test that says so', () => {
    const excused = /^\/\/ oxlint-disable-next-line typescript\/no-explicit-any\n.*$/gm
    const text = (path: string) =>
      path.startsWith('test/') ? read(path).replaceAll(excused, '') : read(path)
    const any = /(\bas|[:<,|(])\s*any\b(?!\s*[:(=.])/
    expect(written.filter((path) => any.test(bare(text(path))))).toEqual([])
  })

  it('there is no barrel and no drawer for odds and ends', () => {
    const vague = /^(index|utils?|helpers?|common|misc|manager|base)\b/
    expect(code.filter((path) => vague.test(basename(path)))).toEqual([])
  })

  it('nothing is exported for the tests alone: a rule that nobody asks decides nothing', () => {
    // What the tests hold the rest against, and what the commands among them share with the others.
    const held = ['hasEnglish', 'tablesInExtract', 'exportRoutingTable', 'PLAIN', 'numberIn']
    const running = written.filter((path) => !path.startsWith('test/')).map((path) => bare(read(path)))
    const asked = new Set([
      ...held,
      ...running.flatMap((text) =>
        [...text.matchAll(/\{([^{}]*)\} (?:from|= await import)\b/g)].flatMap(
          ([, names = '']) => names.match(/\w+/g) ?? [],
        ),
      ),
    ])
    const exported = running.flatMap((text) =>
      [...text.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(([, name = '']) => ({
        name,
        times: text.split(new RegExp(`\\b${name}\\b`)).length - 1,
      })),
    )
    const idle = exported.filter(({ name, times }) => times === 1 && !asked.has(name))
    expect(exported.length).toBeGreaterThan(1000)
    expect(idle).toEqual([])
  })

  it('every file opens with one sentence that says what it is', () => {
    expect(written.filter((path) => !/^\/\/ \S.*[.!?]\n/.test(read(path)))).toEqual([])
  })

  it('no file is longer than 300 lines', () => {
    const long = written.map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
    expect(long.filter(({ lines }) => lines > 300)).toEqual([])
  })
})
