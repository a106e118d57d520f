// Certificates that sign themselves, for tests of TLS; they need the machine's own openssl.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** A certificate that signs itself, for 127.0.0.1 and no other name. */
export function selfSigned(folder: string, name: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const ask = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=bokvar-test']
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]
  if (spawnSync('openssl', [...ask, ...names]).status !== 0) throw new Error('openssl made no certificate')
  return { key, cert }
}
