// The process that opens uploads has no network: whatever a library could try is refused, also below the library.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const house = fileURLToPath(new URL('../../', import.meta.url))
const ways: Record<string, string> = {
  'net.connect': `(await import('node:net')).connect(port, '127.0.0.1')`,
  'a socket of its own': `new (await import('node:net')).Socket().connect(port, '127.0.0.1')`,
  'tls.connect': `(await import('node:tls')).connect(port, '127.0.0.1')`,
  'http.get': `(await import('node:http')).get('http://127.0.0.1:' + port)`,
  'http2.connect': `(await import('node:http2')).connect('http://127.0.0.1:' + port)`,
  fetch: `await fetch('http://127.0.0.1:' + port)`,
  WebSocket: `new WebSocket('ws://127.0.0.1:' + port)`,
  'dgram.createSocket': `(await import('node:dgram')).createSocket('udp4')`,
  'dns.lookup': `(await import('node:dns')).lookup('localhost', () => 0)`,
  'dns.promises.resolve4': `await (await import('node:dns/promises')).resolve4('example.org')`,
  'a resolver of its own': `new (await import('node:dns')).Resolver().resolve4('example.org', () => 0)`,
  'net.createServer': `(await import('node:net')).createServer().listen(0)`,
  'http.createServer': `(await import('node:http')).createServer().listen(0)`,
  'require from within': `(await import('node:module')).createRequire(import.meta.url)('net').connect(port)`,
  'the binding below': `process.binding('tcp_wrap')`,
  'an inspector': `(await import('node:inspector')).open(0)`,
}

test('U2, U5: what opens uploads reaches nobody', () => {
  const script = `import { leaveNetwork } from ${JSON.stringify(`file://${house}shared/no-network.ts`)}
    leaveNetwork()
    const port = 9
    const open = []
    ${Object.entries(ways)
      .map(
        ([name, way]) =>
          `try { ${way}; open.push(${JSON.stringify(name)}) } catch (error) { if (!/ERR_ACCESS_DENIED|ERR_INSPECTOR/.test(String(error.code))) open.push(${JSON.stringify(`${name}: `)} + error.code + error.message) }`,
      )
      .join('\n')}
    process.stdout.write(JSON.stringify(open))
    process.exit(0)`
  const cage = ['--permission', `--allow-fs-read=${house}`, '--disable-warning=ExperimentalWarning']
  const done = spawnSync(process.execPath, [...cage, '--input-type=module', '-e', script], {
    env: {},
    encoding: 'utf8',
  })
  expect({ open: done.stdout, said: done.stderr }).toEqual({ open: '[]', said: '' })
})
