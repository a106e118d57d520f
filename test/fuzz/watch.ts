// Watches the processes while they are fuzzed: memory of each, the web's event loop, and whether anybody died.
import { readFileSync } from 'node:fs'

export type Watched = { name: string; pid: () => number }

export type Readings = {
  /** Peak resident memory in megabytes, by process. */
  megabytes: Map<string, number>
  /** The longest delay of the web's event loop that any reading saw, in milliseconds. */
  loopMs: number
  /** Processes that are not the ones they were at the start. */
  died: string[]
}

function residentMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    // It has just ended: that it died is told by its other number.
    return 0
  }
}

async function loopDelayMs(baseUrl: string): Promise<number> {
  const answer = await fetch(`${baseUrl}/metrics`).catch(() => null)
  const text = (await answer?.text()) ?? ''
  return Number(/^nodejs_eventloop_lag_max_seconds ([\d.e-]+)/m.exec(text)?.[1] ?? 0) * 1000
}

/** Begins to watch, each second; the readings are given when `stop` is called. */
export function watchProcesses(
  baseUrl: string,
  parts: readonly Watched[],
): { stop: () => Promise<Readings> } {
  const born = new Map(parts.map(({ name, pid }) => [name, pid()]))
  const megabytes = new Map<string, number>()
  let loopMs = 0
  const read = async () => {
    for (const { name, pid } of parts) {
      megabytes.set(name, Math.max(megabytes.get(name) ?? 0, residentMegabytes(pid())))
    }
    loopMs = Math.max(loopMs, await loopDelayMs(baseUrl))
  }
  // The first reading of the event loop's delay holds the start of the process, which nobody waited for.
  const begun = loopDelayMs(baseUrl)
  const timer = setInterval(() => void read(), 1_000)
  const stop = async (): Promise<Readings> => {
    clearInterval(timer)
    await begun
    await read()
    const died = parts.filter(({ name, pid }) => pid() !== born.get(name)).map(({ name }) => name)
    return { megabytes, loopMs, died }
  }
  return { stop }
}
