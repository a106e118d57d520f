// A negative control: a sweep that trusts its own clock instead of the database's.
import { hostname } from 'node:os'
import { sql } from 'kysely'
import { readEnvironment } from '../../../config/env.ts'
import { beat } from '../../../shared/casework/sweeps.ts'
import { openDatabase } from '../../../shared/db/open.ts'
import { stopOnSignal } from '../../../shared/stop.ts'
import { loop } from '../../../workers/loop.ts'

const env = readEnvironment(['databaseUrl'])
const db = openDatabase({ url: env.databaseUrl, role: 'bokvar_sweeper', max: 2 })
const step = async () => {
  const now = new Date()
  await beat(db, `sweep ${hostname()} ${process.pid}`, 'sweep', now)
  const { rows } = await sql<{ id: string }>`with due as (
      update stage set fired_at = clock_now() where fired_at is null and stopped_at is null and due_at <= ${now.toISOString()} returning id)
    insert into outbox (topic, subject_id) select 'stage.due', id from due returning id`.execute(db)
  return rows.length
}
const stop = loop(step, env.sweepIntervalMs, () => undefined)
stopOnSignal([{ name: 'sweep', run: stop }], { withinMs: env.stopWithinMs })
process.send?.('ready')
