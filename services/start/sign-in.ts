// Who may sign in to the demo: the embedded identity provider's people and systems, and the settings that point to it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { municipalityFiles, readDataFile } from '../../config/files.ts'
import type { Environment, Settings } from '../../config/env.ts'
import { makeDemoIdentity } from '../identity/demo-identity.ts'
import type { DemoIdentity, DemoPerson } from '../identity/demo-identity.ts'
import { staffFor } from './demo-staff.ts'

const demoSchema = z.object({ municipality: z.string() })
const municipalitySchema = z.object({ defaultCommittee: z.string(), defaultUnit: z.string() })

/** The embedded provider, before it runs: its port, what the other processes must know of it, and whom it knows. */
export type SignIn = { port: number; tokenUrl: string; settings: Partial<Settings>; identity: DemoIdentity }

/** Makes (or reads back) the demo's identities for a provider on `port`. */
export function prepareSignIn(settings: Environment, port: number): SignIn {
  const identity = makeDemoIdentity({
    peopleCsv: peopleFile(settings),
    baseUrl: settings.baseUrl,
    dataDir: settings.dataFolder,
  })
  const issuer = `http://localhost:${port}`
  const { staff, landlords } = identity.web
  return {
    port,
    identity,
    tokenUrl: `${issuer}/token`,
    settings: {
      tokenIssuer: issuer,
      staffIssuer: issuer,
      staffClientId: staff.id,
      staffClientSecret: staff.secret,
      landlordIssuer: issuer,
      landlordClientId: landlords.id,
      landlordClientSecret: landlords.secret,
    },
  }
}

/** The demo's own people in its municipality; elsewhere people made from the municipality's units. */
function peopleFile({ municipality, dataFolder }: Environment): string {
  const demo = demoSchema.parse(JSON.parse(readDataFile('demo/demo.json')))
  if (municipality === demo.municipality) {
    return fileURLToPath(new URL('../../config/demo/people.csv', import.meta.url))
  }
  const files = municipalityFiles(municipality)
  const { defaultCommittee, defaultUnit } = municipalitySchema.parse(
    JSON.parse(files.get('municipality.json') ?? '{}'),
  )
  const file = join(dataFolder, 'people.csv')
  writeFileSync(file, staffFor(files.get('units.csv') ?? '', defaultCommittee, defaultUnit))
  return file
}

/** What demo.json tells a newcomer, and the programs that try the demo out; `known` are the people who may do something. */
export function demoFile(signIn: SignIn, known: readonly DemoPerson[], baseUrl: string, mailUrl: string) {
  const people = known.map(({ role, committee, unit, username, password }) => {
    return { role, committee, unit, username, password }
  })
  const clients = signIn.identity.clients.map(({ id, secret }) => [id, { id, secret }] as const)
  return { baseUrl, tokenUrl: signIn.tokenUrl, mailUrl, clients: Object.fromEntries(clients), people }
}

/** The file the demo's data folder keeps it in. */
export function demoFilePath(dataFolder: string): string {
  return join(dataFolder, 'demo.json')
}
