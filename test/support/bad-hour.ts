// A bad hour at work, for tests of what must come out the same however the work was disturbed.
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'
import { claimOverdue } from '../../shared/outbox.ts'
import { answer, ringsOf } from '../../workers/worker.ts'
import { chanceOf } from '../chaos/chance.ts'
import type { Spine } from './spine.ts'

/** Works like three workers in a bad hour: rings lost, rung twice at once, connections killed in the middle. */
export async function workBadly({ url, worker, owner, handlers, drain }: Spine, seed: number): Promise<void> {
  const chance = chanceOf(seed)
  const second = openDatabase({ url, role: 'bokvar_worker', max: 2 })
  const kill = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'bokvar_worker' and state <> 'idle'`.execute(
      owner,
    )
  const quiet = () => undefined
  for (let hour = 0; hour < 25; hour += 1) {
    await sql`update outbox set claim_until = null, available_at = created_at where done_at is null`.execute(
      owner,
    )
    const rings = ringsOf(await claimOverdue(owner, 60, 0))
    const tries = rings.flatMap((ring) => {
      const dice = chance.next()
      if (dice < 0.25) return [] // lost with the queue
      const one = answer(worker, handlers, ring, quiet)
      return dice < 0.6 ? [one] : [one, answer(second, handlers, ring, quiet)]
    })
    if (chance.next() < 0.5)
      tries.push(new Promise<void>((done) => setImmediate(done)).then(kill).then(quiet))
    await Promise.allSettled(tries)
  }
  await second.destroy()
  await sql`update outbox set claim_until = null, available_at = least(available_at, clock_now()) where done_at is null`.execute(
    owner,
  )
  await drain()
}
