// A TCP line to a server that can be cut or go silent, as networks do: no packet says that it is gone.
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/**
 * `silence` lets every line now open go dead without a word; new lines work. `cut` ends them at once. `deaf` takes new
 * lines too and never says a word on any, until it is told to stop.
 */
export type Line = {
  port: number
  silence: () => number
  cut: () => number
  deaf: (on: boolean) => void
  close: () => Promise<void>
}

/** Opens a line on a free loopback port to `target`, another loopback port. */
export async function openLine(target: number): Promise<Line> {
  const open = new Set<{ near: Socket; far: Socket }>()
  let isDeaf = false
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
    if (isDeaf) return
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
  const silence = () =>
    each(({ near, far }) => {
      near.unpipe(far)
      far.unpipe(near)
      near.resume()
      far.resume()
    })
  const cut = () => each(({ near }) => near.destroy())
  return {
    port: (server.address() as AddressInfo).port,
    silence,
    cut,
    deaf: (on) => {
      isDeaf = on
      if (on) silence()
      else cut()
    },
    close: async () => {
      each(({ near }) => near.destroy())
      server.close()
    },
  }
}
