// Takes the network away from a process before it opens what somebody else has sent: Node 24's permissions leave it open.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

function refused(): never {
  throw Object.assign(new Error('This process has no network'), { code: 'ERR_ACCESS_DENIED' })
}

function take(from: object, names: readonly string[]): void {
  for (const name of names)
    Object.defineProperty(from, name, { value: refused, writable: false, configurable: false })
}

// By their descriptors: some of these objects have getters that complain when they are asked.
const functionsOf = (from: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(from)).flatMap(([name, { value, configurable }]) =>
    name !== 'constructor' && configurable && typeof value === 'function' ? [name] : [],
  )

/**
 * From here on nothing in this process connects, listens, sends a datagram or asks for a name: every way that a library
 * has leads through these. With `--permission` the bindings below them are closed as well. It cannot be taken back.
 */
export function leaveNetwork(): void {
  take(net.Socket.prototype, ['connect'])
  take(net.Server.prototype, ['listen', '_listen2'])
  take(net, ['connect', 'createConnection', 'createServer'])
  take(dgram.Socket.prototype, functionsOf(dgram.Socket.prototype))
  take(dgram, ['createSocket', 'Socket'])
  for (const one of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    take(one, functionsOf(one))
  take(globalThis, ['fetch', 'WebSocket', 'EventSource'])
  syncBuiltinESMExports()
}
