// The judge: three ledgers held against each other, and every rule as a count of rows that break it, which must be 0.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { INVARIANTS } from '../../shared/casework/invariants.ts'
import type { Db } from '../../shared/db/open.ts'
import type { Letter } from './post.ts'

import type { Ledger } from './sender.ts'

/** One rule, what it says, and how many rows break it. */
export type Verdict = { rule: string; says: string; bad: number }

/**
 * Lays the indexes that only the judge asks by: without them its rules compare every row with every other, and judging
 * takes longer than the storm.
 */
export async function prepareToJudge(db: Db): Promise<void> {
  const indexes = [
    'effect_log (outbox_id)',
    'outbox (subject_id, topic)',
    `timeline ((detail ->> 'id'))`,
    `timeline ((detail ->> 'updateId'))`,
    `intake_key ((response ->> 'id'))`,
    'task (subject_id)',
    'alert (stage_id)',
  ]
  for (const on of indexes)
    await db.transaction().execute(async (trx) => {
      // A service with a defect may be at work still: what it writes holds the table.
      await sql`set local lock_timeout = '50s'`.execute(trx)
      await sql`create index on ${sql.raw(on)}`.execute(trx)
    })
  await sql`analyze`.execute(db)
}

/** Counts every rule that the database alone can answer. */
export async function judgeDatabase(db: Db): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const [rule, says, count] of INVARIANTS) {
    const { rows } = await sql<{ count: number }>`${sql.raw(count)}`.execute(db)
    verdicts.push({ rule, says, bad: Number(Object.values(rows[0] ?? { count: -1 })[0]) })
  }
  return verdicts
}

/** Ledger one against the database: everything answered with 2xx is there, once, and was answered alike each time. */
export async function judgeTold(db: Db, ledger: Ledger): Promise<Verdict[]> {
  const told = [...ledger.told.values()]
  const { rows } = await sql<{
    id: string
    caseId: string | null
  }>`select id, case_id from notice union all select id, case_id from eviction_notice
    union all select u.id, n.case_id from notice_update u join notice n on n.id = u.notice_id
    union all select id, null from notice_file union all select id, case_id from task where state <> 'open'
    union all select id, case_id from assignment union all select id, case_id from contact union all select id, case_id from visit union all select id, null from referral`.execute(
    db,
  )
  const caseOf = new Map(rows.map(({ id, caseId }) => [id, caseId]))
  const open = await sql<{ id: string }>`select id from arrears_case where state = 'open'`.execute(db)
  const isOpen = new Set(open.rows.map(({ id }) => id))
  const households = Map.groupBy(
    told.filter(({ kind }) => kind === 'notice' || kind === 'eviction'),
    ({ household }) => household,
  )
  const split = [...households.values()].filter(
    (some) => new Set(some.map(({ id }) => caseOf.get(id)).filter((id) => id && isOpen.has(id))).size > 1,
  )
  return [
    {
      rule: 'I12a',
      says: 'everything a sender was told is in the database',
      bad: told.filter(({ id }) => !caseOf.has(id)).length,
    },
    {
      rule: 'I12b',
      says: 'one key was always answered alike',
      bad: told.filter(({ contradicted }) => contradicted).length,
    },
    { rule: 'I12c', says: 'all about one household is in one open case', bad: split.length },
    { rule: 'I12d', says: 'no good request was refused', bad: ledger.refused.length },
    {
      rule: 'I12f',
      says: 'no answer was an error of ours (5xx, but 503 that says when to come again)',
      bad: Object.entries(ledger.answers.unexpected).reduce(
        (sum, [status, count]) => sum + (Number(status) >= 500 ? count : 0),
        0,
      ),
    },
    { rule: 'I12e', says: 'every request got its answer in the end', bad: ledger.unknown.size },
  ]
}

/** Ledger three against the database: the letters that arrived are the mails marked as sent. Returns the repeats too, how many of them came of a server that took the letter and never said so, and how many lost letters needed none. */
export async function judgePost(
  db: Db,
  post: readonly Letter[],
): Promise<{ verdicts: Verdict[]; repeats: number; unanswered: number; covered: number }> {
  const { rows } = await sql<{
    id: string
    state: string
    unsure: number
  }>`select id, state, unsure from mail`.execute(db)
  const arrived = post.map(({ messageId }) => /^<([0-9a-f-]{36})@/.exec(messageId)?.[1] ?? '')
  const [known, there] = [new Set(rows.map(({ id }) => id)), new Set(arrived)]
  const verdicts = [
    {
      rule: 'I13a',
      says: 'every mail marked as sent has arrived',
      bad: rows.filter(({ id, state }) => state === 'sent' && !there.has(id)).length,
    },
    {
      rule: 'I13b',
      says: 'every letter that arrived is one of ours',
      bad: arrived.filter((id) => !known.has(id)).length,
    },
  ]
  const unsure = new Map(rows.map((row) => [row.id, row.unsure]))
  // Of a letter's repeats, as many came of a line that was lost before the server's answer.
  const unanswered = [...Map.groupBy(arrived, (id) => id)].reduce(
    (sum, [id, some]) => sum + Math.min(some.length - 1, unsure.get(id) ?? 0),
    0,
  )
  const covered = rows.filter(({ state }) => state === 'covered').length
  return { verdicts, repeats: arrived.length - there.size, unanswered, covered }
}

function* filesIn(folder: string): Generator<string> {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesIn(path)
    else yield path
  }
}

const holding = (texts: readonly string[], words: readonly string[]) =>
  texts.filter((text) => words.some((word) => text.includes(word))).length

/** Personal data outside the tables made for it: queue, logs, letters, error codes. */
export async function judgeSecrecy(
  db: Db,
  folder: string,
  post: readonly Letter[],
  canaries: readonly string[],
): Promise<Verdict[]> {
  const files = ['log', 'queue']
    .flatMap((name) => [...filesIn(join(folder, name))])
    .concat(join(folder, 'postgres', 'postgres.log'))
  const texts = files
    .map((path) => readFileSync(path, 'latin1'))
    .map((text) => Buffer.from(text, 'latin1').toString('utf8'))
  const { rows } = await sql<{
    text: string
  }>`select last_error as text from outbox where last_error is not null
    union all select last_error from mail where last_error is not null union all select once_key from mail
    union all select detail::text from timeline`.execute(db)
  const queue = await sql<{
    name: string
  }>`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq'`.execute(
    db,
  )
  for (const { name } of queue.rows)
    rows.push(
      ...(await sql<{ text: string }>`select t::text as text from ${sql.raw(name)} t`.execute(db)).rows,
    )
  return [
    { rule: 'I17a', says: 'no personal data in logs or in the queue’s files', bad: holding(texts, canaries) },
    {
      rule: 'I17b',
      says: 'no personal data in queue tables, error codes, mail keys or the diary',
      bad: holding(
        rows.map(({ text }) => text),
        canaries,
      ),
    },
    {
      rule: 'I17c',
      says: 'no personal data in letters',
      bad: holding(
        post.map(({ text }) => text),
        canaries,
      ),
    },
  ]
}
