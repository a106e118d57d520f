// What the documents say of the house is true: the README's map, the line that each library earns, the files they point to.
import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { code, house, importsOf, read, rooms, runningImportsOf } from '../support/house.ts'

/** The rows of a document's tables whose first cell is one name in code letters: name → second cell. */
function rowsOf(document: string): Map<string, string> {
  return new Map(
    [...read(document).matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name = '', text = '']) => [
      name,
      text,
    ]),
  )
}

describe('the map in the README', () => {
  const map = new Map(
    [...rowsOf('README.md')].filter(([path]) => rooms.some((room) => path.startsWith(`${room}/`))),
  )

  it('names every folder of the product, and nothing that is not there', () => {
    const folders = rooms.flatMap((room) => {
      const inner = room === 'test' ? [] : readdirSync(room, { withFileTypes: true })
      const names = inner.filter((one) => one.isDirectory()).map(({ name }) => `${room}/${name}/`)
      return [`${room}/`, ...names]
    })
    expect(folders.filter((folder) => !map.has(folder))).toEqual([])
    expect([...map.keys()].filter((path) => !existsSync(path))).toEqual([])
  })

  it("says of a file what the file's own first sentence says", () => {
    const said = [...map].filter(([path]) => code.includes(path))
    expect(said.length).toBeGreaterThan(10)
    expect(said).toEqual(said.map(([path]) => [path, read(path).split('\n')[0]?.replace('// ', '')]))
  })
})

describe('the libraries', () => {
  const { dependencies, devDependencies, scripts } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies' | 'scripts',
    Record<string, string>
  >
  const libraries = Object.keys({ ...dependencies, ...devDependencies })
  const earns = rowsOf('docs/decisions.md')
  const waits = (name: string) => /\(not used yet\)/.test(earns.get(name) ?? '')
  const imported = new Set(
    [...importsOf.values()].flat().map((name) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(name)?.[0] ?? name),
  )
  // Used without an import: by a script of package.json, by the style sheet, or by their path.
  const text = house.filter((path) => /\.(ts|mjs|scss)$/.test(path) && !path.includes('documents')).map(read)
  const named = [...Object.values(scripts), ...text].join('\n')
  const tools: Record<string, string> = {
    typescript: 'tsc',
    'oxlint-tsgolint': '--type-aware',
    node: 'node ',
  }
  const isUsed = (name: string) =>
    imported.has(name) || name.startsWith('@types/') || named.includes(tools[name] ?? name)

  it('each has its line in docs/decisions.md, saying what it earns', () => {
    expect(libraries.filter((name) => !earns.has(name))).toEqual([])
    expect([...earns.keys()].filter((name) => !libraries.includes(name))).toEqual([])
  })

  it('each is used, or its line says that it is not used yet', () => {
    expect(libraries.filter((name) => !isUsed(name) && !waits(name))).toEqual([])
    expect(Object.keys(dependencies).filter(waits)).toEqual([])
  })
})

describe('the image', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const ran = ['Dockerfile', 'docker-compose.yml'].flatMap((file) => [
    ...read(file).matchAll(/\bnode\W+(?:--[\w=-]+\W+)*((?:services|workers)\/[\w/-]+\.ts)/g),
  ])
  const reached = new Set(ran.map(([, path = '']) => path))
  for (const path of reached) for (const next of runningImportsOf.get(path) ?? []) reached.add(next)

  it('runs files that exist and need nothing that is for development only', () => {
    expect([...reached]).toEqual(
      expect.arrayContaining(['services/main.ts', 'workers/main.ts', 'services/start/prepare-given.ts']),
    )
    const names = [...reached].filter((name) => !existsSync(name) && !name.startsWith('node:'))
    const libraries = names.map((name) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(name)?.[0] ?? name)
    expect(libraries.filter((name) => !(name in dependencies))).toEqual([])
  })
})

describe('the documents', () => {
  const documents = ['.', 'docs', 'config', 'config/law', 'config/demo'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  )

  it('point only to files that exist', () => {
    const dead = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target = '']) => join(dirname(document), target))
        .filter((target) => !existsSync(target))
        .map((target) => `${document} → ${target}`),
    )
    expect(dead).toEqual([])
  })

  it('name only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = documents.flatMap((document) => [...read(document).matchAll(/npm run ([a-z:-]+)/g)])
    expect(named.map(([, script = '']) => script).filter((script) => !(script in scripts))).toEqual([])
  })

  it('every command of ours answers --help before it does anything', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    // These two take nothing and change nothing but a file of the repository.
    const plain = new Set(['config/env.ts', 'services/web/styles/build.ts'])
    const files = Object.values(scripts).flatMap((script) => / ([\w/-]+\.ts)$/.exec(script)?.[1] ?? [])
    const asks = /\b(runCommand|understand)\(|values\.help|'--help'/
    expect(files.length).toBeGreaterThan(14)
    expect(files.filter((file) => !plain.has(file) && !asks.test(read(file)))).toEqual([])
  })
})
