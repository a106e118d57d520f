// Measures the newcomer's wait: from `npm start` in an empty folder until the service says that it is ready.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../services/start/ports.ts'

async function isReady(url: string): Promise<boolean> {
  // Refused until it listens: that is what is being waited for.
  const answer = await fetch(url).catch(() => null)
  return answer?.ok ?? false
}

async function startOnce(dataFolder: string): Promise<number> {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), BOKVAR_DATA: dataFolder }
  const script = join(import.meta.dirname, '../../services/start/main.ts')
  const from = performance.now()
  const child = spawn(process.execPath, [script], { env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (!(await isReady(`http://localhost:${port}/health/ready`))) {
    if (child.exitCode !== null) throw new Error('npm start ended before it was ready')
    await pause(50)
  }
  const seconds = (performance.now() - from) / 1000
  child.kill('SIGTERM')
  await ended
  return seconds
}

/** Seconds of a first start, with everything to be made, and of a second one on what the first has left. */
export async function measureStart(folder: string): Promise<{ firstSeconds: number; againSeconds: number }> {
  const dataFolder = join(folder, 'start')
  return { firstSeconds: await startOnce(dataFolder), againSeconds: await startOnce(dataFolder) }
}
