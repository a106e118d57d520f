// Who may sign in to the demo: the embedded identity provider's people and systems, and the settings that point to it.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment, Settings } from '../../config/env.ts'
import { makeDemoIdentity } from '../identity/demo-identity.ts'
import type { DemoIdentity, DemoPerson } from '../identity/demo-identity.ts'

/** The embedded provider, before it runs: its port, what the other processes must know of it, and whom it knows. */
export type SignIn = { port: number; tokenUrl: string; settings: Partial<Settings>; identity: DemoIdentity }

/** Makes (or reads back) the demo's identities for a provider on `port`. */
export function prepareSignIn(settings: Environment, port: number): SignIn {
  const peopleCsv = fileURLToPath(new URL('../../config/demo/people.csv', import.meta.url))
  const identity = makeDemoIdentity({ peopleCsv, baseUrl: settings.baseUrl, dataDir: settings.dataFolder })
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
