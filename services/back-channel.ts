// Ends sessions when the identity provider says so (OpenID Connect Back-Channel Logout 1.0): a signed token, no cookie.
import type { Configuration } from 'openid-client'
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import { Refusal } from '../shared/domain/refusal.ts'
import type { App } from './http.ts'
import { neverArrived } from './tokens.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const MOST_SECONDS_OLD = 300

/** Whose sessions end: one session of the provider's, or all of one person. */
export type Ending = { provider: string; sid: string | null; sub: string | null }

function invalid(): Refusal {
  return new Refusal('invalid', 'logout.invalid', 'Utloggningen går inte att läsa.')
}

/** Reads a logout token against the provider's keys. Refuses one that is not exactly that: a sign-in token is none. */
export async function readLogoutToken(
  token: string,
  configuration: Configuration,
  clientId: string,
): Promise<Omit<Ending, 'provider'>> {
  const { issuer, jwks_uri } = configuration.serverMetadata()
  if (!jwks_uri) throw invalid()
  const payload = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer,
    audience: clientId,
    typ: 'logout+jwt',
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    clockTolerance: 10,
    maxTokenAge: MOST_SECONDS_OLD,
    requiredClaims: ['iat', 'jti', 'events'],
  })
    .then((verified) => verified.payload)
    .catch((error: unknown) => {
      if (neverArrived(error) || error instanceof errors.JWKSTimeout)
        throw new Refusal('conflict', 'login.unavailable', 'Inloggningstjänsten svarar inte just nu.')
      throw invalid()
    })
  const { sid, sub } = saysWho(payload)
  if (payload['nonce'] !== undefined || (sid === null && sub === null)) throw invalid()
  return { sid, sub }
}

function saysWho(payload: JWTPayload): { sid: string | null; sub: string | null } {
  const events = payload['events'] as Record<string, unknown> | null
  if (typeof events !== 'object' || events === null || !(EVENT in events)) throw invalid()
  const sid = typeof payload['sid'] === 'string' ? payload['sid'] : null
  return { sid, sub: payload.sub ?? null }
}

type Way = { way: string; clientId: string; discover: () => Promise<Configuration> }

/** `POST /login/<way>/backchannel-logout`: register it with the provider. Twice is the same as once. */
export function backChannelRoutes(
  app: App,
  ways: readonly Way[],
  endSessions: (ending: Ending) => Promise<void>,
): void {
  for (const { way, clientId, discover } of ways) {
    const config = { permission: 'public' as const, machine: true }
    app.post(`/login/${way}/backchannel-logout`, { config }, async (request, reply) => {
      const token = (request.body as Record<string, unknown> | undefined)?.['logout_token']
      if (typeof token !== 'string' || token.length > 8_192) throw invalid()
      await endSessions({ provider: way, ...(await readLogoutToken(token, await discover(), clientId)) })
      request.log.info({ way }, 'signed-out-by-provider')
      return reply.code(200).send()
    })
  }
}
