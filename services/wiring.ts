// Joins the server to the database and to the identity providers: everything it needs but its doors and its log.
import { noteDenial } from '../shared/casework/denials.ts'
import { readDataFile } from '../config/files.ts'
import {
  endSession,
  endSessionsOf,
  findSession,
  removeEndedSessions,
  saveSession,
} from '../shared/casework/web-sessions.ts'
import { actorOf, findClient, findPersonBySubject } from '../shared/casework/people.ts'
import { readTheme } from '../shared/casework/theme.ts'
import { askLandlordAccess, redeemInvitation } from '../shared/casework/landlord-users.ts'
import { findReadiness } from '../shared/casework/readiness.ts'
import { findDue } from '../shared/casework/watch.ts'
import type { Db } from '../shared/db/open.ts'
import type { HttpDeps, Routes } from './http.ts'
import { presetNamed, type Preset } from './identity-presets.ts'
import { loginRoutes, type ProviderSettings } from './login.ts'
import { tokenVerifier, type TokenSettings } from './tokens.ts'

export type WiringSettings = {
  baseUrl: string
  version: string
  released: string
  municipality: { name: string; code: string }
  trustProxy: string[]
  rate: { max: number; windowSeconds: number }
  tokens: TokenSettings
  staff: ProviderGiven
  landlords: ProviderGiven
  /** Signs the session cookie; the first is current, at least 32 characters. */
  sessionSecrets: string[]
  /** How long something due may wait. */
  lateSeconds: number
  /** The newest migration of this code. */
  schemaNeeded: string
}

/** Without a preset: OpenID Connect as it is written, and any level of sign-in. */
type ProviderGiven = Omit<ProviderSettings, 'preset'> & { preset?: Preset }

function withPreset(given: ProviderGiven): ProviderSettings {
  return { ...given, preset: given.preset ?? presetNamed(readDataFile('identity/presets.json'), 'standard') }
}

const SESSION = { idleMinutes: 30, absoluteHours: 8 }

export type Wired = Omit<HttpDeps, 'logger' | 'routes' | 'keepUnreadable'> & { login: Routes }

/** The server's dependencies over `db`, which must be opened as `bokvar_web`. `login` is the door of sign-in and -out. */
export function wire(db: Db, settings: WiringSettings): Wired {
  const { staff, landlords, baseUrl, version, released } = settings
  const findPerson = (subject: string) => findPersonBySubject(db, subject)
  const directory = { findPerson, findClient: (id: string) => findClient(db, id) }
  const identityOrigins = [
    ...new Set([staff.issuer, landlords.issuer].map((issuer) => new URL(issuer).origin)),
  ]
  return {
    settings: { ...settings, identityOrigins, theme: () => readTheme(db) },
    api: { version, released },
    findPerson,
    verifyToken: tokenVerifier(settings.tokens, directory),
    readiness: () => findReadiness(db, settings.schemaNeeded),
    deadlines: { find: () => findDue(db), lateSeconds: settings.lateSeconds },
    keepDenial: (sender, code) => noteDenial(db, actorOf(sender), code),
    sessionSecrets: settings.sessionSecrets,
    sessions: {
      find: (id) => findSession(db, id),
      save: (id, data) => saveSession(db, id, data, SESSION),
      end: (id) => endSession(db, id),
    },
    login: loginRoutes({
      settings: { baseUrl, staff: withPreset(staff), landlords: withPreset(landlords) },
      findPerson,
      onSignIn: () => removeEndedSessions(db),
      endSessions: (ending) => endSessionsOf(db, ending),
      landlords: {
        ask: (who) => askLandlordAccess(db, who),
        redeem: (who, code) => redeemInvitation(db, who, code),
      },
    }),
  }
}
