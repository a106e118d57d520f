// Joins the server to the database and to the identity providers: everything it needs but its doors and its log.
import { noteDenial } from '../shared/casework/denials.ts'
import { readDataFile } from '../config/files.ts'
import {
  endedSessionsOf,
  endSession,
  endSessionsOf,
  findEndedSession,
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
import { Refusal } from '../shared/domain/refusal.ts'
import type { HttpDeps, Routes } from './http.ts'
import { levelOf, presetNamed, type Preset } from './identity-presets.ts'
import { loginRoutes, type ProviderSettings } from './login.ts'
import { tokenVerifier, type TokenDirectory, type TokenSettings } from './tokens.ts'

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

export type Wired = Omit<HttpDeps, 'logger' | 'routes' | 'keepUnreadable' | 'keepLostForm'> & {
  login: Routes
}

/**
 * A token speaks for a person only when that person's own provider issued it, and after a sign-in as sure as the pages
 * ask for: else the API would be the weaker door. Throws a Refusal.
 */
function demandOwnProvider(
  claims: Record<string, unknown>,
  tokens: TokenSettings,
  own: ProviderSettings,
): void {
  if (own.issuer !== tokens.issuer)
    throw new Refusal('forbidden', 'person.unknown', 'Du har ingen behörighet i Bokvar.')
  if (levelOf(claims, own.preset) === null)
    throw new Refusal('forbidden', 'login.level', 'Den här tjänsten kräver en säkrare inloggning.')
}

function directoryOf(
  db: Db,
  tokens: TokenSettings,
  ways: { staff: ProviderSettings; landlords: ProviderSettings },
): TokenDirectory {
  return {
    findPerson: async (subject, claims) => {
      const person = await findPersonBySubject(db, subject)
      if (person) demandOwnProvider(claims, tokens, person.role === 'landlord' ? ways.landlords : ways.staff)
      return person
    },
    findClient: (id) => findClient(db, id),
  }
}

/** The server's dependencies over `db`, which must be opened as `bokvar_web`. `login` is the door of sign-in and -out. */
export function wire(db: Db, settings: WiringSettings): Wired {
  const { staff, landlords, baseUrl, version, released } = settings
  const findPerson = (subject: string) => findPersonBySubject(db, subject)
  const [staffWay, landlordWay] = [withPreset(staff), withPreset(landlords)]
  const directory = directoryOf(db, settings.tokens, { staff: staffWay, landlords: landlordWay })
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
      findEnded: (id) => findEndedSession(db, id),
      endedOf: (subject) => endedSessionsOf(db, subject),
    },
    login: loginRoutes({
      settings: { baseUrl, staff: staffWay, landlords: landlordWay },
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
