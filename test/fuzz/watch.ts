// Watches the processes while they are fuzzed: memory of each, the web's event loop, and whether anybody died.
import { readFileSync } from 'node:fs'

export type Watched = { name: string; pid: () => number }

export type Readings = {
  /** Peak resident memory in megabytes, by process. */
  megabytes: Map<string, number>
  /** What the web's memory was made of when it was largest, in megabytes by kind. */
  web: Map<string, number>
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

/** What the web tells of itself; nothing while it cannot be asked. */
async function metricsOf(baseUrl: string): Promise<(name: string) => number> {
  const answer = await fetch(`${baseUrl}/metrics`).catch(() => null)
  const text = (await answer?.text()) ?? ''
  const values = new Map(
    text
      .split('\n')
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
  return (name) => values.get(name) ?? 0
}

const LAG = 'nodejs_eventloop_lag_max_seconds'
const MEGABYTE = 2 ** 20

/** The parts of a Node process: what JavaScript holds by age, what lies outside of it, and the rest. */
function kindsOf(metric: (name: string) => number): Map<string, number> {
  const space = (name: string, what: string) =>
    metric(`nodejs_heap_space_size_${what}_bytes{space="${name}"}`) / MEGABYTE
  const heap = metric('nodejs_heap_size_total_bytes') / MEGABYTE
  const external = metric('nodejs_external_memory_bytes') / MEGABYTE
  return new Map([
    ['heap', heap],
    ['of it young', space('new', 'total')],
    ['old and in use', space('old', 'used')],
    ['large objects', space('large_object', 'used')],
    ['code', space('code', 'used')],
    ['buffers outside', external],
    [
      'the rest (program, stacks, what malloc keeps)',
      metric('process_resident_memory_bytes') / MEGABYTE - heap - external,
    ],
  ])
}

/** Begins to watch, each second; the readings are given when `stop` is called. */
export function watchProcesses(
  baseUrl: string,
  parts: readonly Watched[],
): { stop: () => Promise<Readings> } {
  const born = new Map(parts.map(({ name, pid }) => [name, pid()]))
  const megabytes = new Map<string, number>()
  let loopMs = 0
  let web = new Map<string, number>()
  let most = 0
  const read = async () => {
    for (const { name, pid } of parts) {
      megabytes.set(name, Math.max(megabytes.get(name) ?? 0, residentMegabytes(pid())))
    }
    const metric = await metricsOf(baseUrl)
    loopMs = Math.max(loopMs, metric(LAG) * 1000)
    const resident = metric('process_resident_memory_bytes')
    if (resident > most) web = kindsOf(metric)
    most = Math.max(most, resident)
  }
  // The first reading of the event loop's delay holds the start of the process, which nobody waited for.
  const begun = metricsOf(baseUrl)
  const timer = setInterval(() => void read(), 1_000)
  const stop = async (): Promise<Readings> => {
    clearInterval(timer)
    await begun
    await read()
    const died = parts.filter(({ name, pid }) => pid() !== born.get(name)).map(({ name }) => name)
    return { megabytes, web, loopMs, died }
  }
  return { stop }
}
