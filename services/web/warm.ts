// Compiles the pages' templates before anybody asks for them: else the first reader of each page after a release waits.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from 'nunjucks'

const VIEWS = fileURLToPath(new URL('./views', import.meta.url))

/** Our own templates and the components that they name, in two files each. */
function templateNames(): string[] {
  const own = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.njk'),
  )
  const named = own.flatMap((name) => [
    ...readFileSync(join(VIEWS, name), 'utf8').matchAll(/"(govuk\/components\/[\w-]+)\/macro\.njk"/g),
  ])
  const components = [...new Set(named.map(([, folder = '']) => folder))]
  return [...own, ...components.flatMap((folder) => [`${folder}/macro.njk`, `${folder}/template.njk`])]
}

/** One template at a time, requests between them. Throws when one cannot be compiled, which no page should find out. */
export async function compileTemplates(environment: Environment): Promise<number> {
  const names = templateNames()
  for (const name of names) {
    environment.getTemplate(name, true)
    await turn()
  }
  return names.length
}
