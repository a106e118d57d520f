// The same work on another queue: each outbox row becomes that queue's job, in the transaction that wrote the row.
import { makeWorkerUtils } from 'graphile-worker'
import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import type { Db } from '../../../shared/db/open.ts'

/** Queues on PostgreSQL that others have built, as the process of others/worker.ts runs them. */
export type OtherQueue = 'graphile-worker' | 'pg-boss'

const ADD_JOBS: Readonly<Record<OtherQueue, string>> = {
  'graphile-worker': `perform graphile_worker.add_jobs(array_agg(('deed', json_build_object('id', id, 'topic', topic),
    null, null, null, null, null, null)::graphile_worker.job_spec)) from written`,
  'pg-boss': `insert into pgboss.job (name, data) select 'deed', jsonb_build_object('id', id, 'topic', topic) from written`,
}

async function prepareQueue(url: string, queue: OtherQueue): Promise<void> {
  if (queue === 'graphile-worker') {
    const utils = await makeWorkerUtils({ connectionString: url })
    await utils.migrate()
    return utils.release()
  }
  const boss = new PgBoss({ connectionString: url })
  await boss.start()
  await boss.createQueue('deed')
  await boss.stop({ graceful: false })
}

/** Installs the queue beside our tables, and the trigger that hands it every row of the outbox. */
export async function installOther(owner: Db, url: string, queue: OtherQueue): Promise<void> {
  await prepareQueue(url, queue)
  await sql
    .raw(
      `create function to_other_queue() returns trigger language plpgsql security definer as $$
       begin if exists (select 1 from written) then ${ADD_JOBS[queue]}; end if; return null; end $$`,
    )
    .execute(owner)
  await sql`create trigger to_other_queue after insert on outbox referencing new table as written
    for each statement execute function to_other_queue()`.execute(owner)
}
