// How PostgreSQL, Redis, the mail server and identity providers are reached in production: over TLS with the certificate checked, unless said otherwise.

/** What may stay without TLS (a closed network of containers), and whose certificates are believed besides the usual. */
export type TlsSettings = { off: readonly string[]; caFile: string | undefined }

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]', ''])

/**
 * The address with TLS demanded in it, or null when it is one without TLS that nobody has allowed. An address that says
 * itself how it wants its TLS (`sslmode`, `requireTLS`) is left as it is, and so is one on this machine.
 */
export function overTls(
  part: 'database' | 'redis' | 'smtp' | 'identity' | 'scanner',
  address: string,
  tls: TlsSettings,
): string | null {
  const url = new URL(address)
  if (LOCAL.has(url.hostname) || tls.off.includes(part)) return address
  // An issuer's name is compared letter by letter: it is never written anew.
  if (part === 'identity') return url.protocol === 'https:' ? address : null
  // It speaks no TLS: on this machine, or in a network that somebody answers for.
  if (part === 'scanner') return null
  if (part === 'redis') return url.protocol === 'rediss:' ? withRoot(url, tls, address) : null
  if (part === 'smtp') {
    if (url.protocol === 'smtp:' && !url.searchParams.has('requireTLS'))
      url.searchParams.set('requireTLS', 'true')
    return url.href
  }
  if (url.searchParams.get('sslmode') === 'disable') return null
  if (!url.searchParams.has('sslmode')) url.searchParams.set('sslmode', 'verify-full')
  return withRoot(url, tls, url.href)
}

/** Besides the usual certificates: named in the address, as PostgreSQL's own programs read it. */
function withRoot(url: URL, { caFile }: TlsSettings, address: string): string {
  if (!caFile || url.searchParams.has('sslrootcert')) return address
  url.searchParams.set('sslrootcert', caFile)
  return url.href
}
