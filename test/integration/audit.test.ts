// The audit log: every access leaves its line or shows nothing, and no line can be changed, lost or slipped in unseen.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { missingEnds, verifyAudit } from '../../shared/casework/audit.ts'
import { listTasks } from '../../shared/casework/tasks.ts'
import { openDatabase, type Db, type Trx } from '../../shared/db/open.ts'
import { verify } from '../../services/start/audit-verify.ts'
import { casework } from '../support/api-case.ts'
import { openApi, type Api, type Who } from '../support/api.ts'

let api: Api
let auditor: Db
let on: ReturnType<typeof casework>
const lineOf = async (who: Who) => {
  const { rows } = await sql<{
    action: string
    door: string
    subjects: number
    relation: string | null
    code: string | null
  }>`
    select action, door, cardinality(subject_ids) as subjects, relation, code from audit_entry
    where actor = ${who.includes('.') ? api.person(who as never) : who} or actor like ${`%${who}`} order by at desc limit 1`.execute(
    api.owner,
  )
  return rows[0]
}
const lines = async () =>
  (await sql<{ n: number }>`select count(*)::int as n from audit_entry`.execute(api.owner)).rows[0]!.n

beforeAll(async () => {
  api = await openApi()
  auditor = openDatabase({ url: api.url, role: 'bokvar_auditor', max: 2 })
  on = casework(api)
  for (let n = 0; n < 3; n++) await on.aCase()
})
afterAll(async () => {
  await auditor.destroy()
  await api.stop()
})

describe('What leaves a line', () => {
  test('a case read, a list with all its cases in one line, a search that finds nothing, a refusal, a change', async () => {
    const { id } = await on.aCase()
    await on.read(id)
    expect(await lineOf('caseworker.gan')).toMatchObject({
      action: 'read',
      door: 'GET /v1/cases/:id',
      subjects: 1,
      relation: 'unit',
    })
    const before = await lines()
    const listed = await api.call('/v1/tasks?limit=100', { as: 'caseworker.gan' })
    const cases = new Set((listed.body.tasks as { caseId: string }[]).map(({ caseId }) => caseId))
    expect(await lines()).toBe(before + 1)
    expect(await lineOf('caseworker.gan')).toMatchObject({
      action: 'list',
      door: 'GET /v1/tasks',
      subjects: cases.size,
    })
    await api.call('/v1/case-searches', {
      as: 'caseworker.gan',
      json: { name: 'Finns Inte', purpose: 'ring 19900101-2385 nu' },
    })
    expect(await lineOf('caseworker.gan')).toMatchObject({ action: 'search', subjects: 0 })
    await api.call(`/v1/cases/${id}`, { as: 'caseworker.sn' })
    expect(await lineOf('caseworker.sn')).toMatchObject({ action: 'deny', subjects: 1, code: 'not-found' })
    await api.call('/v1/boards/supervisor', { as: 'caseworker.gan' })
    expect(await lineOf('caseworker.gan')).toMatchObject({ action: 'deny', code: 'forbidden' })
    await on.post(`${id}/contacts`, { channel: 'phone', outcome: 'EJ_NADD' })
    expect(await lineOf('caseworker.gan')).toMatchObject({
      action: 'change',
      door: 'POST /v1/cases/:id/contacts',
      subjects: 1,
    })
  })

  test('a landlord and a system too; a page of counts shows nobody and leaves none', async () => {
    expect(await lineOf('landlord')).toBeUndefined()
    const { rows } = await sql<{
      role: string
      action: string
    }>`select distinct role, action from audit_entry`.execute(api.owner)
    expect(rows).toContainEqual({ role: 'landlord', action: 'change' })
    const before = await lines()
    expect((await api.call('/v1/boards/supervisor', { as: 'supervisor.gan' })).status).toBe(200)
    expect(await lines()).toBe(before)
  })

  test('no line holds a name, an address or a number', async () => {
    const { rows } = await sql<{ line: string }>`select to_jsonb(e)::text as line from audit_entry e`.execute(
      api.owner,
    )
    const all = rows.map(({ line }) => line).join('\n')
    expect(all).not.toMatch(/Hushåll|Fallgatan|900101-?2385|Exempel/)
  })
})

describe('Without the log', () => {
  test.each([
    [
      'the table is away',
      'alter table audit_entry rename to audit_elsewhere',
      'alter table audit_elsewhere rename to audit_entry',
    ],
    [
      'writing is not allowed',
      'revoke insert on audit_entry from bokvar_web',
      'grant insert on audit_entry to bokvar_web',
    ],
  ])('nothing is shown and nothing changed: %s', async (_how, away, back) => {
    const { id, name } = await on.aCase()
    const etag = await on.etag(id)
    await sql.raw(away).execute(api.owner)
    try {
      const answers = [
        await on.read(id),
        await api.call('/v1/tasks', { as: 'caseworker.gan' }),
        await api.call('/v1/case-searches', { as: 'caseworker.gan', json: { name } }),
        await api.call(`/v1/cases/${id}`, { as: 'caseworker.sn' }),
        await api.call(`/v1/cases/${id}/contacts`, {
          as: 'caseworker.gan',
          json: { channel: 'phone', outcome: 'EJ_NADD' },
          headers: { 'if-match': etag },
        }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503])
      expect(answers.map(({ text }) => text).join()).not.toContain(name)
    } finally {
      await sql.raw(back).execute(api.owner)
    }
    expect(await api.owner.selectFrom('contact').selectAll().where('caseId', '=', id).execute()).toEqual([])
  })
})

describe('The chain', () => {
  test('is whole, and nobody but the database may write in it', async () => {
    expect((await verifyAudit(auditor)).faults).toEqual([])
    for (const deed of [
      "update audit_entry set actor = 'x'",
      'delete from audit_entry',
      'truncate audit_entry',
      'delete from audit_head',
      'update audit_head set seq = 0',
    ]) {
      for (const db of [api.web, api.worker, auditor])
        await expect(sql.raw(deed).execute(db)).rejects.toThrow(/permission|added to/)
    }
    for (const deed of [
      "update audit_entry set actor = 'x'",
      'delete from audit_entry',
      'truncate audit_entry',
      'delete from audit_head',
    ]) {
      await expect(sql.raw(deed).execute(api.owner)).rejects.toThrow(/only ever added to|cannot truncate/)
    }
  })

  /** Does `deed` with the guards off, asks what is found, and takes it back. */
  const after = async (deed: (trx: Trx) => Promise<unknown>): Promise<number> => {
    let found = 0
    await api.owner
      .transaction()
      .execute(async (trx) => {
        await sql`set local session_replication_role = replica`.execute(trx)
        await deed(trx)
        const { rows } = await sql<{ n: number }>`select count(*)::int as n from audit_fault`.execute(trx)
        found = rows[0]!.n
        throw new Error('undo')
      })
      .catch((error: Error) => expect(error.message).toBe('undo'))
    return found
  }

  const columns: Record<string, string> = {
    at: "at + interval '1 microsecond'",
    actor: "actor || 'x'",
    role: "'registrar'",
    committee: "coalesce(committee, '') || 'X'",
    unit: "coalesce(unit, '') || 'X'",
    action: "case action when 'review' then 'erase' else 'review' end",
    door: "coalesce(door, '') || 'x'",
    purpose: "coalesce(purpose, '') || 'x'",
    relation: "case relation when 'own' then 'none' else 'own' end",
    subject_ids: 'subject_ids || gen_random_uuid()',
    found: 'coalesce(found, 0) + 1',
    code: "coalesce(code, '') || 'x'",
    request_id: "coalesce(request_id, '') || 'x'",
    prev: 'sha256(prev)',
    hash: 'sha256(hash)',
  }
  const names = Object.keys(columns)
  /** A line, another in each trial and the same in every run: one that a plan looked for twice would be two. */
  const some = async (trx: Trx, trial: number, of = 'audit_entry', only = '') => {
    const { rows } = await sql<{ lane: string; seq: string }>`select lane, seq from ${sql.table(of)}
      where ${only} in ('', lane) order by lane, seq`.execute(trx)
    const { lane, seq } = rows[(Math.floor(trial) * 7) % rows.length]!
    return sql`lane = ${lane} and seq = ${seq}::bigint`
  }
  const ways: ((trx: Trx, trial: number) => Promise<unknown>)[] = [
    async (trx, trial) => {
      const name = names[trial % names.length]!
      const set = sql.raw(`${name} = ${columns[name]}`)
      return sql`update audit_entry set ${set} where ${await some(trx, trial)}`.execute(trx)
    },
    async (trx, trial) => sql`delete from audit_entry where ${await some(trx, trial)}`.execute(trx),
    async (trx, trial) =>
      sql`delete from audit_entry e using (select lane, seq from audit_entry where ${await some(trx, trial)}) cut
        where e.lane = cut.lane and e.seq >= cut.seq`.execute(trx),
    async (trx, trial) =>
      sql`insert into audit_entry select lane, seq + 1, at, 'x', role, committee, unit, action, door, purpose, relation, subject_ids,
      found, code, request_id, hash, sha256(hash) from audit_entry where ${await some(trx, trial, 'audit_head')}`.execute(
        trx,
      ),
    (trx, trial) =>
      sql`update audit_entry e set actor = o.actor, door = o.door, at = o.at, subject_ids = o.subject_ids, hash = o.hash
      from audit_entry o where o.lane = e.lane and o.seq = e.seq + 1 and e.lane = 'GAN' and e.seq = ${1 + (Math.floor(trial) % 5)}`.execute(
        trx,
      ),
    async (trx) => {
      await sql`delete from audit_entry where lane = 'GAN' and seq = 1`.execute(trx)
      await sql`update audit_entry set seq = seq + 1000000 where lane = 'GAN'`.execute(trx)
      await sql`update audit_entry set seq = seq - 1000001 where lane = 'GAN'`.execute(trx)
    },
    async (trx, trial) =>
      sql`update audit_entry set lane = 'SN', seq = seq + 10000
        where ${await some(trx, trial, 'audit_entry', 'GAN')}`.execute(trx),
  ]

  test('a hundred of a hundred changes to any line are found', async () => {
    let found = 0
    for (let trial = 0; trial < 100; trial++) {
      const way = trial % 2 === 0 ? ways[0]! : ways[1 + (((trial - 1) / 2) % (ways.length - 1))]!
      if ((await after((trx) => way(trx, trial / 2))) > 0) found += 1
    }
    expect(found).toBe(100)
    expect((await verifyAudit(auditor)).faults).toEqual([])
  })

  test('a tail that is cut together with its head is found by an end that was written down elsewhere', async () => {
    const { ends } = await verifyAudit(auditor)
    expect(await missingEnds(auditor, ends)).toEqual([])
    await after(async (trx) => {
      await sql`delete from audit_entry where lane = 'GAN' and seq > 3`.execute(trx)
      await sql`update audit_head h set seq = 3, hash = e.hash from audit_entry e where e.lane = 'GAN' and e.seq = 3 and h.lane = 'GAN'`.execute(
        trx,
      )
      expect((await sql`select 1 from audit_fault`.execute(trx)).rows).toEqual([])
      expect((await missingEnds(trx, ends)).map(({ lane }) => lane)).toEqual(['GAN'])
    })
  })

  test('eight writers at once give no fork and lock nobody out', async () => {
    const gan: Actor = {
      role: 'caseworker',
      personId: api.person('caseworker.gan'),
      committee: 'GAN',
      unit: 'GAN-FS',
      sender: 'person:x',
      landlordId: null,
      name: 'x',
    }
    const before = await lines()
    const wish = { state: null, due: null, unit: null, assignee: null, limit: 5, page: 1 }
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; n < 25; n++) {
          if (n % 5 > 0) await listTasks(api.web, gan, wish)
          // a change takes row locks of its own before the end of the chain
          else
            await inContext(api.web, gan, (trx) =>
              sql`update task set priority = priority where id = (select id from task where committee = 'GAN' order by id offset ${writer} limit 1)`.execute(
                trx,
              ),
            )
        }
      }),
    )
    expect(await lines()).toBe(before + 200)
    expect((await verifyAudit(auditor)).faults).toEqual([])
  })

  test('the command says so, and keeps the ends where the operator wants them', async () => {
    const file = join(tmpdir(), `audit-ends-${process.pid}.json`)
    const first = await verify(api.url, { write: file })
    expect(first).toMatchObject({
      sound: true,
      text: expect.stringMatching(/^Sound: \d+ lines in \d+ chains\.$/m),
    })
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { hash: string }[]
    writeFileSync(file, JSON.stringify(kept.map((end) => ({ ...end, hash: '00' }))))
    const second = await verify(api.url, { against: file })
    rmSync(file)
    expect(second).toMatchObject({ sound: false, text: expect.stringContaining('FAULT GAN') })
  })
})
