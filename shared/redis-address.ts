// What a Redis address says: where it is, and whose certificates are believed besides the usual.
import { readFileSync } from 'node:fs'

/** `sslrootcert` in a `rediss://` address names a file of certificates, as in PostgreSQL's; the library does not know it. */
export function redisAt(address: string): { url: string; tls?: { ca: Buffer } } {
  const url = new URL(address)
  const root = url.searchParams.get('sslrootcert')
  url.searchParams.delete('sslrootcert')
  return { url: url.href, ...(root && { tls: { ca: readFileSync(root) } }) }
}
