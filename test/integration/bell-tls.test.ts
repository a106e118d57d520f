// The bell over TLS: the certificates that the operator names are believed towards Redis, and no others.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { overTls } from '../../config/tls.ts'
import { freePort, isListening } from '../../services/start/ports.ts'
import { chooseQueue } from '../../services/start/queue.ts'
import { openBell, openEars, prepareQueues, type QueueBackend, type Ring } from '../../shared/queues.ts'
import { hasOpenssl, selfSigned } from '../support/certificates.ts'

const JS_REDIS = fileURLToPath(new URL('../../node_modules/js-redis-server/dist/cli.js', import.meta.url))
const choice = chooseQueue({ wish: 'auto' })

const timers = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length
let [folder, before] = ['', 0]
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bokvar bell tls '))
  before = timers()
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  // ioredis keeps a timer of two seconds for each command and each line that failed; Jest took a process with such for stuck.
  await until(() => timers() <= before)
})

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 120_000
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error('Waited in vain')
    await pause(20)
  }
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

type Pair = ReturnType<typeof selfSigned>

/** A real server with TLS of its own, or a TLS line in front of the one in JavaScript. */
async function onTls({ key, cert }: Pair): Promise<{ port: number; end: () => Promise<void> }> {
  const port = await freePort()
  if (choice.kind !== 'private') {
    const behind = await freePort()
    const inner = spawn(process.execPath, [JS_REDIS, '--port', String(behind)], { stdio: 'ignore' })
    await until(() => isListening(behind))
    const front = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (line) => {
      const far = connect(behind, '127.0.0.1')
      line
        .on('error', () => far.destroy())
        .pipe(far)
        .on('error', () => line.destroy())
        .pipe(line)
    })
    front.on('tlsClientError', () => undefined).listen(port, '127.0.0.1')
    await once(front, 'listening')
    const end = async () => {
      front.close()
      await ended(inner, 'SIGKILL')
    }
    return { port, end }
  }
  const tls = [
    '--port',
    '0',
    '--tls-port',
    `${port}`,
    '--tls-auth-clients',
    'no',
    '--maxmemory-policy',
    'noeviction',
  ]
  const files = ['--tls-key-file', key, '--tls-cert-file', cert, '--tls-ca-cert-file', cert, '--save', '']
  const child = spawn(choice.program, [...tls, ...files], { cwd: folder, stdio: 'ignore' })
  await until(() => isListening(port))
  return { port, end: () => ended(child, 'SIGTERM') }
}

const withOpenssl = hasOpenssl ? test : test.skip

withOpenssl('over TLS the bell believes the certificate it is given, and no other', async () => {
  const [own, other] = [selfSigned(folder, 'own'), selfSigned(folder, 'other')]
  const { port, end } = await onTls(own)
  // What production's settings make of an address, with the name put back that this machine has.
  const at = (caFile: string | undefined, host = '127.0.0.1'): QueueBackend => {
    const made = overTls('redis', `rediss://queue.example:${port}`, { off: [], caFile }) ?? ''
    return { kind: 'redis', url: made.replace('queue.example', host) }
  }
  const said: string[] = []
  const [bell, heard] = [openBell(at(own.cert), (error) => void said.push(error.message)), [] as Ring[]]
  const ears = openEars(
    at(own.cert),
    async (one) => void heard.push(one),
    () => undefined,
  )
  try {
    // The one in JavaScript has no policy to be asked for.
    if (choice.kind === 'private') await prepareQueues(at(own.cert))
    await bell.ring([{ topic: 'notice.received', ids: [1] }])
    await until(() => heard.length === 1)
    for (const wrong of [at(other.cert), at(undefined), at(own.cert, 'localhost')]) {
      await expect(prepareQueues(wrong)).rejects.toThrow()
      said.length = 0
      const refused = openBell(wrong, (error) => void said.push(error.message))
      await until(() => said.length > 0)
      expect(said.join()).toMatch(/self.signed|certificate|altname/)
      await refused.close()
    }
    // Not without TLS either: what speaks it does not fall back.
    await expect(prepareQueues({ kind: 'redis', url: `redis://127.0.0.1:${port}` })).rejects.toThrow()
  } finally {
    await Promise.all([ears.close(), bell.close()])
    await end()
  }
})
