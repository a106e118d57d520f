// A negative control: a sweep that lives and never looks. Nothing that falls due is told of.
import { hostname } from 'node:os'
import { readEnvironment } from '../../../config/env.ts'
import { beat } from '../../../shared/casework/sweeps.ts'
import { openDatabase } from '../../../shared/db/open.ts'
import { stopOnSignal } from '../../../shared/stop.ts'
import { loop } from '../../../workers/loop.ts'

const env = readEnvironment(['databaseUrl'])
const db = openDatabase({ url: env.databaseUrl, role: 'bokvar_sweeper', max: 2 })
const step = async () => {
  await beat(db, `sweep ${hostname()} ${process.pid}`, 'sweep', new Date())
  return 0
}
const stop = loop(step, env.sweepIntervalMs, () => undefined)
stopOnSignal([{ name: 'sweep', run: stop }], { withinMs: env.stopWithinMs })
process.send?.('ready')
