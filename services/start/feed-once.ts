// Feeds the demo's month once: cut short, the next start goes on with the same first day and the same keys.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../config/env.ts'
import { readDataFile } from '../../config/files.ts'
import { writeWhole } from './data-folder.ts'
import { feedDemo } from './demo-feed.ts'
import { endEarlierDays, letEarlierDaysPass } from './earlier.ts'
import type { SignIn } from './sign-in.ts'

const progressSchema = z.object({ today: z.iso.date(), done: z.boolean() })
const demoSchema = z.object({ municipality: z.string() })

/** Today in Sweden, as an ISO day. */
function swedishToday(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Stockholm' }).format(new Date())
}

function clientOf({ identity }: SignIn, name: string): { id: string; secret: string } {
  const found = identity.clients.find(({ id }) => id === name)
  if (!found) throw new Error(`The demo has no client ${name}`)
  return found
}

/** Feeds the demo through the real API, unless that is done, or another municipality than the demo's was chosen. */
export async function feedOnce(
  settings: Environment,
  signIn: SignIn,
  tell: (text: string) => void,
): Promise<void> {
  const demo = demoSchema.parse(JSON.parse(readDataFile('demo/demo.json')))
  if (demo.municipality !== settings.municipality) return
  const file = join(settings.dataFolder, 'fed.json')
  const progress = existsSync(file)
    ? progressSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : { today: swedishToday(), done: false }
  if (progress.done) return
  writeWhole(file, progress)
  tell('Feeding the demo month through the API …')
  await feedDemo({
    baseUrl: settings.baseUrl,
    tokenUrl: signIn.tokenUrl,
    clients: {
      landlord: clientOf(signIn, 'landlord'),
      landlord2: clientOf(signIn, 'landlord2'),
      kronofogden: clientOf(signIn, 'kronofogden'),
    },
    today: progress.today,
    log: tell,
  })
  writeWhole(file, { ...progress, done: true })
}

/**
 * Before the doors open for the first time: the days before today, in which nobody has acted. Only on our own
 * database, because it moves the database's clock while it lasts; a start cut short is put right at the next.
 */
export async function passEarlierDaysOnce(
  settings: Environment,
  given: { databaseUrl: string; keysFile: string; smtpUrl: string },
  tell: (text: string) => void,
): Promise<void> {
  const demo = demoSchema.parse(JSON.parse(readDataFile('demo/demo.json')))
  if (demo.municipality !== settings.municipality || settings.databaseUrl !== undefined) return
  const file = join(settings.dataFolder, 'earlier.json')
  if (existsSync(file)) return
  await endEarlierDays(given.databaseUrl)
  tell('Letting the demo\u2019s last nine days pass, with nobody acting …')
  const { municipality, mailFrom } = settings
  await letEarlierDaysPass({ ...given, municipality, mailFrom, today: swedishToday() })
  writeWhole(file, { done: true })
}
