// A TCP line to PostgreSQL that can be cut or go silent, as networks do: no packet says that it is gone.
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** `silence` lets every line now open go dead without a word; new lines work. `cut` ends them at once. */
export type Line = { port: number; silence: () => number; cut: () => number; close: () => Promise<void> }

/** Opens a line on a free loopback port to `target`, another loopback port. */
export async function openLine(target: number): Promise<Line> {
  const open = new Set<{ near: Socket; far: Socket }>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    const pair = { near, far }
    open.add(pair)
    const end = () => {
      open.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end)
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const each = (deed: (pair: { near: Socket; far: Socket }) => void) => {
    const pairs = [...open]
    pairs.forEach(deed)
    return pairs.length
  }
  return {
    port: (server.address() as AddressInfo).port,
    silence: () =>
      each(({ near, far }) => {
        near.unpipe(far)
        far.unpipe(near)
        near.resume()
        far.resume()
      }),
    cut: () => each(({ near }) => near.destroy()),
    close: async () => {
      each(({ near }) => near.destroy())
      server.close()
    },
  }
}
