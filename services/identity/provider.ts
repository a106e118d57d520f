// How the demo's OpenID provider behaves: code with PKCE for people, client credentials with signed tokens for systems.
import { Provider, type Context } from 'oidc-provider'
import type { DemoClient, DemoIdentity, WebClient } from './demo-identity.ts'
import { memoryStore } from './memory.ts'
import { signOutPage, failurePage } from './pages.ts'

export type ProviderSettings = {
  issuer: string
  /** Who the access tokens are meant for. */
  audience: string
  accessTokenSeconds?: number
}

/** The API's name as an OAuth resource: what a token without another wish is for. */
export const RESOURCE = 'urn:bokvar:api'
/** How surely one signs in here: by a password in a file. A service that asks for more refuses it. */
export const PASSWORD_LEVEL = 'urn:bokvar:demo:password'
const SCOPES = 'notices eviction-notices casework'
const ONE_HOUR = 3600

function webMetadata({ id, secret, redirectUris }: WebClient, afterSignOut: string[]) {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: redirectUris,
    post_logout_redirect_uris: afterSignOut,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    id_token_signed_response_alg: 'ES256',
  }
}

// A system proves itself by a shared secret, or by a key of its own that never leaves it (private_key_jwt).
function systemMetadata({ id, secret, scopes, publicKeys }: DemoClient) {
  const proof = publicKeys
    ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: publicKeys } }
    : { client_secret: secret }
  return {
    client_id: id,
    ...proof,
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    scope: scopes.join(' '),
    id_token_signed_response_alg: 'ES256',
  }
}

// Both clients are the service's own: asking a caseworker to consent to her own tool would only teach her to click.
async function grantWithoutAsking(context: Context): Promise<unknown> {
  const { client, session, provider } = context.oidc
  const about = {
    ...(client && { clientId: client.clientId }),
    ...(session?.accountId && { accountId: session.accountId }),
  }
  const grant = new provider.Grant(about)
  grant.addOIDCScope('openid profile email')
  await grant.save()
  return grant
}

function resourceServer({ audience, accessTokenSeconds = ONE_HOUR }: ProviderSettings) {
  return (
    context: { oidc: { params: Record<string, unknown> } },
    _resource: string,
    client: { scope?: string },
  ) => {
    // RFC 6749 3.3: a request without scope gets the client's own.
    context.oidc.params['scope'] ??= client.scope
    return {
      scope: SCOPES,
      audience,
      accessTokenFormat: 'jwt',
      accessTokenTTL: accessTokenSeconds,
      jwt: { sign: { alg: 'ES256' } },
    }
  }
}

function features(settings: ProviderSettings) {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context: unknown, client: { grantTypeAllowed: (type: string) => boolean }) =>
        client.grantTypeAllowed('client_credentials') ? RESOURCE : undefined,
      getResourceServerInfo: resourceServer(settings),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context: Context, form: string) => {
        context.type = 'html'
        context.body = signOutPage(form, context.oidc.params?.['ui_locales'])
      },
    },
  }
}

const CLAIMS = {
  acr: null,
  auth_time: null,
  sid: null,
  openid: ['sub'],
  profile: ['name', 'preferred_username'],
  email: ['email'],
}

/** How long each thing lives. */
const SECONDS = {
  AccessToken: 600,
  AuthorizationCode: 60,
  IdToken: 600,
  Interaction: 1800,
  Session: 28_800,
  Grant: 28_800,
}

/** Builds the provider for these people and systems. */
export function identityProvider(identity: DemoIdentity, settings: ProviderSettings): Provider {
  const port = new URL(settings.issuer).port
  const web = [identity.web.staff, identity.web.landlords].map((client) =>
    webMetadata(client, identity.afterSignOut),
  )
  return new Provider(settings.issuer, {
    adapter: memoryStore,
    clients: [...web, ...identity.clients.map(systemMetadata)],
    jwks: { keys: identity.signingKeys },
    // Cookies know no ports: without it in the name, two copies on one machine would share them.
    cookies: {
      keys: identity.cookieKeys,
      names: { session: `idp-${port}`, interaction: `idp-${port}-i`, resume: `idp-${port}-r` },
    },
    scopes: ['openid', 'profile', 'email', ...SCOPES.split(' ')],
    acrValues: [PASSWORD_LEVEL],
    claims: CLAIMS,
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    responseTypes: ['code'],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    ttl: { ...SECONDS, ClientCredentials: settings.accessTokenSeconds ?? ONE_HOUR },
    findAccount: (_context: unknown, sub: string) => account(identity, sub),
    loadExistingGrant: grantWithoutAsking,
    interactions: {
      url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
    },
    features: features(settings),
    renderError: (context: Context, out: { error: string }) => {
      context.type = 'html'
      context.body = failurePage(out.error, context.oidc.params?.['ui_locales'])
    },
  })
}

function account(identity: DemoIdentity, sub: string) {
  const person = identity.people.find((one) => one.sub === sub)
  if (!person) return undefined
  const { name, username, email } = person
  return { accountId: sub, claims: async () => ({ sub, name, preferred_username: username, email }) }
}
