// What the mail catcher has caught: one file per letter, the oldest given up when there are too many.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const letterSchema = z.object({
  id: z.string(),
  receivedAt: z.iso.datetime(),
  from: z.string(),
  to: z.array(z.string()),
  messageId: z.string(),
  subject: z.string(),
  text: z.string(),
  raw: z.string(),
})

/** One letter as it came: envelope, the parts a person reads, and the raw text. `receivedAt` is UTC. */
export type Letter = z.infer<typeof letterSchema>

/** The letters, oldest first. */
export type Letters = { all: () => readonly Letter[]; add: (letter: Letter) => void }

/** So many letters are kept unless more are asked for: the demo runs for weeks. */
const KEPT = 2000

function nameOf({ receivedAt, id }: Letter): string {
  return `${receivedAt.replaceAll(':', '')}-${id}.json`
}

function readAll(folder: string): Letter[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names
    .toSorted()
    .map((name) => letterSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}

/** Opens the letters kept in `folder` (made when missing), or an empty set in memory; the newest `kept` stay. */
export function openLetters(folder?: string, kept = KEPT): Letters {
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const letters = folder === undefined ? [] : readAll(folder)
  const add = (letter: Letter) => {
    letters.push(letter)
    if (folder !== undefined) {
      // Written aside first: a half letter must not keep the next start from reading the others.
      const draft = join(folder, `${letter.id}.draft`)
      writeFileSync(draft, JSON.stringify(letter), { mode: 0o600 })
      renameSync(draft, join(folder, nameOf(letter)))
    }
    for (const old of letters.splice(0, Math.max(0, letters.length - kept))) {
      if (folder !== undefined) rmSync(join(folder, nameOf(old)), { force: true })
    }
  }
  return { all: () => letters, add }
}
