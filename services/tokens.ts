// Verifies bearer access tokens: signature by the issuer's published keys, issuer, audience, time; then who it is.
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyResult,
} from 'jose'
import type { Principal } from '../shared/casework/people.ts'
import { Refusal } from '../shared/domain/refusal.ts'

export type TokenSettings = {
  issuer: string
  /** Where the issuer is reached from here, when that differs from its name (as inside containers). */
  reachableIssuer?: string
  audience: string
  /** Signature algorithms that are accepted; `none` and the shared-secret ones never are. */
  algorithms?: string[]
  /** Least time between two fetches of the keys, so that made-up key ids do not become a flood at the issuer. */
  keyCooldownMs?: number
}

export type TokenDirectory = {
  /** The person that a token speaks for, judged by what else it says: whose provider, and how surely they signed in. */
  findPerson: (subject: string, claims: JWTPayload) => Promise<Principal | null>
  findClient: (clientId: string) => Promise<Principal | null>
}

export type VerifyToken = (token: string) => Promise<Principal>

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']
const CLOCK_TOLERANCE_SECONDS = 10
const DISCOVERY_TIMEOUT_MS = 3_000

function invalid(cause?: unknown): Refusal {
  const told = 'Åtkomsttoken är ogiltig eller har gått ut.'
  return Object.assign(new Refusal('unauthenticated', 'token.invalid', told), { cause })
}

/** `cause` is for whoever set the provider up: a wrong secret or an unknown certificate would else show as nothing at all. */
export function unavailable(cause?: unknown): Refusal {
  const told = 'Inloggningstjänsten svarar inte just nu.'
  return Object.assign(new Refusal('conflict', 'login.unavailable', told), { cause })
}

async function discoverKeys(settings: TokenSettings): Promise<JWTVerifyGetKey> {
  const base = (settings.reachableIssuer ?? settings.issuer).replace(/\/$/, '')
  const answer = await fetch(`${base}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    // The issuer's keys come from where the operator said, and from nowhere it might send us on to.
    redirect: 'error',
  })
  if (!answer.ok) throw unavailable()
  const { issuer, jwks_uri } = (await answer.json()) as { issuer?: string; jwks_uri?: string }
  if (issuer !== settings.issuer || !jwks_uri)
    throw new Error('The issuer names itself otherwise than configured.')
  const reachable = settings.reachableIssuer
    ? jwks_uri.replace(settings.issuer.replace(/\/$/, ''), base)
    : jwks_uri
  return createRemoteJWKSet(new URL(reachable), {
    timeoutDuration: DISCOVERY_TIMEOUT_MS,
    cooldownDuration: settings.keyCooldownMs ?? 10_000,
  })
}

/** The issuer's keys: found once, by however many ask at the same time; a failure is forgotten, so that the next one tries. */
function keysOf(settings: TokenSettings): () => Promise<JWTVerifyGetKey> {
  let found: Promise<JWTVerifyGetKey> | undefined
  return () => {
    found ??= discoverKeys(settings).catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }
}

/** Did a call to another machine fail on the way? By name: the error may come from another realm's `fetch`. */
export function neverArrived(error: unknown): boolean {
  return ['TypeError', 'TimeoutError', 'AbortError'].includes(
    String((error as { name?: unknown } | null)?.name),
  )
}

// A bad token is the sender's fault (401); an issuer that does not answer is nobody's, and worth a retry (503).
function asRefusal(error: unknown): unknown {
  if (error instanceof errors.JOSEError) {
    const silent = error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC'
    return silent ? unavailable(error) : invalid(error)
  }
  return neverArrived(error) ? unavailable(error) : error
}

const NOT_IN_ACCESS_TOKENS = ['nonce', 'at_hash', 'c_hash', 'events'] as const

// The issuer signs sign-ins and sign-outs with the same keys: neither opens the API (RFC 9068, RFC 8725 3.11).
function isAccessToken({ payload, protectedHeader }: JWTVerifyResult): boolean {
  const kind = protectedHeader.typ?.toLowerCase().replace(/^application\//, '') ?? 'jwt'
  return ['at+jwt', 'jwt'].includes(kind) && NOT_IN_ACCESS_TOKENS.every((claim) => !(claim in payload))
}

function scopesOf(payload: JWTPayload): string[] {
  const written = payload['scope'] ?? payload['scp'] ?? payload['roles'] ?? ''
  const texts: unknown[] = Array.isArray(written) ? written : [written]
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(' ').filter(Boolean) : []))
}

/**
 * Builds the verifier. It throws a Refusal: 401 for a token that is wrong in any way (never saying how),
 * 403 for a rightful token of somebody unknown or closed here, 503 when the issuer cannot be reached. What was wrong is
 * the refusal's cause, for the log alone.
 */
export function tokenVerifier(settings: TokenSettings, directory: TokenDirectory): VerifyToken {
  const keys = keysOf(settings)
  return async (token) => {
    const payload = await keys()
      .then((key) =>
        jwtVerify(token, key, {
          issuer: settings.issuer,
          audience: settings.audience,
          algorithms: settings.algorithms ?? ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          requiredClaims: ['exp', 'iat'],
        }),
      )
      .then((verified) => {
        if (!isAccessToken(verified)) throw invalid()
        return verified.payload
      })
      .catch((error: unknown) => {
        throw asRefusal(error)
      })
    const clientId = payload['client_id'] ?? payload['azp'] ?? payload['appid']
    const person =
      payload.sub && payload.sub !== clientId ? await directory.findPerson(payload.sub, payload) : null
    const found = person ?? (typeof clientId === 'string' ? await directory.findClient(clientId) : null)
    if (!found) throw new Refusal('forbidden', 'client.unknown', 'Systemet är inte anslutet till Bokvar.')
    const authTime = payload['auth_time']
    return { ...found, scopes: scopesOf(payload), ...(typeof authTime === 'number' && { authTime }) }
  }
}
