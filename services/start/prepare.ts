// Makes the database ready for Bokvar: its schema, the queue's tables, the municipality's own tables, the demo's people.

import { z } from 'zod'
import { municipalityFiles, readDataFile } from '../../config/files.ts'
import type { Environment } from '../../config/env.ts'
import { loadDemoPeople } from '../../shared/casework/demo-people.ts'
import { loadMunicipality } from '../../shared/casework/load-municipality.ts'
import { readMunicipality } from '../../shared/casework/settings.ts'
import { migrateToLatest } from '../../shared/db/migrate.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { prepareQueues } from '../../shared/queues.ts'
import type { SignIn } from './sign-in.ts'

export type Preparation = {
  settings: Environment
  databaseUrl: string
  /** Empty when the queue uses the database. */
  redisUrl: string
  /** Whom the embedded identity provider knows; undefined when the municipality has its own. */
  signIn: SignIn | undefined
  tell: (text: string) => void
}

const demoSchema = z.object({ landlords: z.record(z.string(), z.string()) })

/** Brings everything up to date; done already, it changes nothing. Returns the subjects that may sign in. */
export async function prepareDatabase({
  settings,
  databaseUrl,
  redisUrl,
  signIn,
  tell,
}: Preparation): Promise<Set<string>> {
  tell('Bringing the database up to date …')
  await migrateToLatest(databaseUrl)
  await prepareQueues(
    redisUrl === '' ? { kind: 'postgres', url: databaseUrl } : { kind: 'redis', url: redisUrl },
  )
  const db = openDatabase({ url: databaseUrl, role: 'owner', max: 2 })
  try {
    tell(`Loading the tables of municipality ${settings.municipality}, unless they are there …`)
    await loadMunicipality(db, municipalityFiles(settings.municipality))
    if (!signIn) return new Set()
    const { people, clients } = signIn.identity
    const { defaultCommittee } = await readMunicipality(db)
    const { landlords } = demoSchema.parse(JSON.parse(readDataFile('demo/demo.json')))
    return await loadDemoPeople(db, {
      people,
      clients: clients.map(({ id }) => id),
      landlords,
      systemCommittee: defaultCommittee,
    })
  } finally {
    await db.destroy()
  }
}
