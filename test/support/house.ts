// The house as text, for the tests of its rules: every file of code, what it imports, and its lines without comments.
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** The folders that hold code. */
export const rooms = ['config', 'services', 'workers', 'shared', 'test'] as const

/** A file's text, by its path from the top of the repository. */
export const read = (path: string): string => readFileSync(path, 'utf8')

/** Every path under the rooms. */
export const house = rooms.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' }).map((path) => posix.join(room, path)),
)

/** Every file of code, and those of them that people write. */
export const code = house.filter((path) => /\.(ts|mjs)$/.test(path))
export const written = code.filter((path) => path !== 'shared/db/schema.ts')

/** The text without its comments, so that prose about a rule does not break it. */
export function withoutComments(text: string): string {
  return text.replaceAll(/('(?:\\.|[^'\\\n])*')|\/\/.*|\/\*[^]*?\*\//g, '$1')
}

/** The text without comments and without what stands in quotes. */
export function bare(text: string): string {
  return withoutComments(text).replaceAll(/'(?:\\.|[^'\\\n])*'/g, "''")
}

const ANY_IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^'\s]+)'/g
const TYPE_IMPORT = /\b(import|export) type \{[^}]*\} from '[^']+'/g

function importsIn(path: string, text: string): string[] {
  const named = [...text.matchAll(ANY_IMPORT)].flatMap(([, name]) => name ?? [])
  return named.map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name))
}

/** What each file imports: a file of the house by its path, a library by its name. Imports of types count too. */
export const importsOf = new Map(code.map((path) => [path, importsIn(path, withoutComments(read(path)))]))

/** The same without what is gone when the program runs: imports of types alone. */
export const runningImportsOf = new Map(
  code.map((path) => [path, importsIn(path, withoutComments(read(path)).replaceAll(TYPE_IMPORT, ''))]),
)

/** Is the file, or the imported name, one of these: a name, or a folder that ends in a slash? */
export function inside(name: string, places: readonly string[]): boolean {
  return places.some((place) => name === place || (place.endsWith('/') && name.startsWith(place)))
}
