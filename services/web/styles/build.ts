// Compiles the one style sheet: `npm run build:css`, and at start when it is missing or older than its source.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const SOURCE = path('./app.scss')
const SOURCES = readdirSync(path('./'))
  .filter((name) => name.endsWith('.scss'))
  .map((name) => path(`./${name}`))
const FOLDER = path('../../../public')
const TARGET = `${FOLDER}/app.css`

/** Compiles `public/app.css` if need be; takes some seconds then, and nothing otherwise. */
export async function buildStyles({ force = false } = {}): Promise<void> {
  const newest = Math.max(...SOURCES.map((source) => statSync(source).mtimeMs))
  if (!force && existsSync(TARGET) && statSync(TARGET).mtimeMs >= newest) return
  // Loaded only when needed: the compiler is the heaviest part of the whole start.
  const sass = await import('sass')
  const { css } = sass.compile(SOURCE, {
    loadPaths: [path('../../../node_modules')],
    style: 'compressed',
    quietDeps: true,
    silenceDeprecations: ['import'],
  })
  mkdirSync(FOLDER, { recursive: true })
  // Renamed into place, so that a server starting beside this one never reads half a sheet.
  const draft = `${TARGET}.${process.pid}`
  writeFileSync(draft, css)
  renameSync(draft, TARGET)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildStyles({ force: true })
