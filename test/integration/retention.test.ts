// Retention lived through: ten years and more pass, and what goes is exactly what should, out of every table there is.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { readDataFile } from '../../config/files.ts'
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { referencesIn, tablesUnder } from '../../shared/casework/erasure.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { receiveNoticeFile } from '../../shared/casework/notice-files.ts'
import { planRetention, runRetention } from '../../shared/casework/retention.ts'
import { retain } from '../../services/start/retention.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { evictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import { noticeBody } from '../../shared/domain/notice-body.ts'
import { readRetentionRules } from '../../shared/domain/retention.ts'
import { aNotice } from '../support/api.ts'
import { readKept } from '../support/dpia-page.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'

const rules = readRetentionRules(readDataFile('law/retention.csv'), null).rules!
const landlord = landlordActor('Provhus')
const kronofogden = { ...landlordActor('kfm'), role: 'kronofogden', sender: 'client:kronofogden' }

/** Name → identity number (invented; the day of birth decides) and in which year the case ended. */
const PEOPLE: Record<string, [number: string | null, ended: string]> = {
  'Tolva Tolvgren': ['19800312-2390', '2027-06-01'],
  'Femma Femgren': ['19800305-2399', '2027-06-01'],
  'Femton Femtgren': ['19800315-2397', '2027-06-01'],
  'Tjugofem Tjuggren': ['19800325-2395', '2027-06-01'],
  'Okända Dagsten': [null, '2027-06-01'],
  'Hulda Hållström': ['19800313-2399', '2027-06-01'],
  'Barbro Barnkvist': ['19800314-2398', '2027-06-01'],
  'Senare Slutberg': ['19800316-2396', '2030-02-01'],
  'Öppna Pågåfors': ['19800317-2395', ''],
}

let spine: Spine
let eraser: Db
const named = new Map<string, string>()
const at = (instant: string) =>
  sql`insert into clock_shift (shift) values (${instant}::timestamptz - clock_timestamp())
    on conflict (only_row) do update set shift = excluded.shift`.execute(spine.owner)
const left = async () => {
  const rows = await spine.owner.selectFrom('arrearsCase').select('tenantName').execute()
  return Object.keys(PEOPLE).filter((name) => rows.some(({ tenantName }) => tenantName === name))
}

/** Every table as text, rows whose text matches, by table. */
async function tablesWith(pattern: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`.execute(spine.owner)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } =
      await sql`select 1 from ${sql.table(name)} t where t::text ~* ${pattern} limit 1`.execute(spine.owner)
    if (rows.length > 0) found.push(name)
  }
  return found
}

async function arrive(name: string, number: string | null, place: number): Promise<void> {
  const address = `Gallergatan ${place}`
  const tenant = { name, postalAddress: address, ...(number && { personalIdentityNumber: number }) }
  const dwelling = { ...aNotice().dwelling, address, apartmentNumber: `1${100 + place}` }
  const body = noticeBody.parse(aNotice({ reference: `R-${place}`, tenant, dwelling }))
  const raw = Buffer.from(JSON.stringify(body))
  await receiveNotice(spine.web, spine.tools, landlord, { key: `r-${place}`, raw, body })
  const respondent = {
    name,
    address: `${address} lgh ${dwelling.apartmentNumber}`,
    postalCode: '702 10',
    city: 'Örebro',
    ...(number && { personalIdentityNumber: number }),
  }
  const event = evictionNoticeBody.parse({
    event: 'application',
    caseNumber: `U-${place}-26/1880`,
    occurredOn: '2026-11-21',
    respondent,
    applicant: { name: 'Provhus' },
  })
  await receiveEvictionNotice(spine.web, spine.tools, kronofogden, {
    key: `e-${place}`,
    raw: Buffer.from(JSON.stringify(event)),
    body: event,
  })
}

beforeAll(async () => {
  spine = await openSpine()
  eraser = openDatabase({ url: spine.url, role: 'bokvar_eraser', max: 3 })
  let place = 0
  for (const [name, [number]] of Object.entries(PEOPLE)) await arrive(name, number, (place += 1))
  // one household came by file as well, together with one that is kept
  const sheet = [
    'typ;egen_referens;hyresvard;hyresgast_namn;hyresgast_personnummer;adress;postnr;ort;lagenhetsnr;antal_rum;period;forfallodag;belopp;betalt;ranta;att_betala_totalt;bankgiro;ocr;meddelandedatum;uppsagd_datum;avsant_datum;avsandningssatt;delgiven_datum;kfm_malnr',
    'rent-termination;F-1;Provhus AB;Tolva Tolvgren;19800312-2390;Gallergatan 1;70210;Örebro;1101;2;2026-12;2026-11-30;8450;0;0;8450;5050-1055;;2026-12-08;2026-12-08;2026-12-08;registered-letter;;',
    'rent-termination;F-2;Provhus AB;Femma Femgren;19800305-2399;Gallergatan 2;70210;Örebro;1102;2;2026-12;2026-11-30;8450;0;0;8450;5050-1055;;2026-12-08;2026-12-08;2026-12-08;registered-letter;;',
  ].join('\n')
  await receiveNoticeFile(spine.web, spine.tools, landlord, {
    name: 'Tolvgren.csv',
    bytes: Buffer.from(sheet),
  })
  await spine.drain()
  expect(spine.failures).toEqual([])
  const cases = await spine.owner.selectFrom('arrearsCase').select(['id', 'tenantName']).execute()
  const { rows: file } = await sql`select accepted, octet_length(raw) > 0 as whole from notice_file`.execute(
    spine.owner,
  )
  expect(file).toEqual([{ accepted: 2, whole: true }])
  for (const { id, tenantName } of cases) named.set(tenantName, id)
  for (const [name, [, ended]] of Object.entries(PEOPLE)) {
    if (!ended) continue
    await sql`update arrears_case set state = 'closed', closed_at = ${ended}::date where id = ${named.get(name)}`.execute(
      spine.owner,
    )
    await sql`insert into timeline (case_id, at, kind, actor) values (${named.get(name)}, ${ended}::date, 'case.closed', 'system')`.execute(
      spine.owner,
    )
  }
  const mark = (name: string, kind: string, born: string | null) =>
    sql`insert into retention_mark (case_id, kind, child_born_on, reason) values (${named.get(name)}, ${kind}, ${born}, 'prov')`.execute(
      spine.owner,
    )
  await mark('Hulda Hållström', 'hold', null)
  await mark('Barbro Barnkvist', 'child-inquiry', '2012-05-20')
})
afterAll(async () => {
  await eraser.destroy()
  await spine.close()
})

test('every table that hangs on a case can be erased, and every other one is named here with its reason', async () => {
  await spine.owner.transaction().execute(async (trx) => {
    const references = await referencesIn(trx)
    const under = tablesUnder('arrears_case', references)
    const { rows } = await sql<{ name: string; deletable: boolean }>`select relname as name,
        has_table_privilege('bokvar_eraser', oid, 'select') and has_table_privilege('bokvar_eraser', oid, 'delete')
          and (not relrowsecurity or exists (select 1 from pg_policy p where p.polrelid = c.oid and (p.polroles = '{0}' or p.polroles @> array['bokvar_eraser'::regrole::oid]))) as deletable
      from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`.execute(trx)
    const names = rows.map(({ name }) => name).filter((name) => !name.startsWith('kysely_'))
    expect(names.filter((name) => !under.has(name) && !(name in OUTSIDE))).toEqual([])
    expect(Object.keys(OUTSIDE).filter((name) => under.has(name))).toEqual([])
    const ours = rows.filter(({ name }) => under.has(name) || OUTSIDE[name] === 'erased')
    expect(ours.filter(({ deletable }) => !deletable).map(({ name }) => name)).toEqual([])
    // What docs/dpia.md says of each table's end is what erasure does.
    const said = readKept().filter(({ ends }) => ends === 'case')
    expect(said.map(({ table }) => table)).toEqual([...under].toSorted())
  })
})

/** Tables that no case hangs on: `erased` by a rule of their own, `kept` without anything that identifies a tenant. */
const BY_REASON: Record<'erased' | 'municipality' | 'machinery' | 'proof' | 'nightly', string> = {
  erased: 'notice_file household_key intake_key mail outbox effect_log',
  nightly: 'client_register',
  proof: 'audit_entry audit_head erasure audit_sample audit_sample_line',
  municipality:
    'municipality committee unit person landlord system_client rule_version rehearsal meeting meeting_series rule_draft rule_draft_change person_change landlord_invitation theme accessibility_report column_mapping protected_group staff_home visit_team visitor absence visit_plan_day visit_forecast',
  machinery: 'mail_hold key_fingerprint calendar_feed law_version clock_shift heartbeat web_session',
}
const OUTSIDE = Object.fromEntries(
  Object.entries(BY_REASON).flatMap(([why, names]) => names.split(' ').map((name) => [name, why])),
)

test('what a registrar set aside goes after its own time, with what was put right of it; what waits stays', async () => {
  const item = async (state: string, handled: string | null) => {
    const made = sql<{
      id: string
    }>`insert into inbox_item (committee, channel, sender, received_at, received_on, state, handled_at, reason)
      values ('GAN', 'paper', 'registry:GAN', '2026-11-20', '2026-11-20', ${state}, ${handled}, 'Till Kumla.') returning id`
    return (await made.execute(spine.owner)).rows[0]!.id
  }
  const old = await item('not-ours', '2026-12-01')
  const stay = [await item('not-ours', '2027-06-01'), await item('waiting', null)]
  await sql`insert into inbox_correction (item_id, before_at, after_at, reason)
    values (${old}, '2026-11-21T08:00:00Z', '2026-11-20T08:00:00Z', 'Stämpeln.')`.execute(spine.owner)
  await at('2028-01-01T10:00:00Z')
  expect(await runRetention(eraser, rules)).toMatchObject({
    households: 0,
    counts: { inbox_item: 1, inbox_correction: 1 },
  })
  expect((await runRetention(eraser, rules)).counts['inbox_item'] ?? 0).toBe(0)
  const { rows } = await sql<{ id: string }>`select id from inbox_item order by handled_at`.execute(
    spine.owner,
  )
  expect(rows.map(({ id }) => id)).toEqual(stay)
  await sql`delete from inbox_item`.execute(spine.owner)
})

describe('Over the years', () => {
  test('nothing goes before its time, and the list says why', async () => {
    await at('2032-06-01T10:00:00Z')
    expect(await runRetention(eraser, rules)).toMatchObject({ households: 0, cases: 0 })
    const plan = await planRetention(eraser, rules)
    const reasons = Object.fromEntries(
      plan.map(({ cases, reason }) => [[...named].find(([, id]) => id === cases[0]!.id)?.[0], reason]),
    )
    expect(reasons).toEqual({
      'Tolva Tolvgren': 'not-yet',
      'Femma Femgren': 'birth-day',
      'Femton Femtgren': 'birth-day',
      'Tjugofem Tjuggren': 'birth-day',
      'Okända Dagsten': 'not-yet',
      'Hulda Hållström': 'held',
      'Barbro Barnkvist': 'child-inquiry',
      'Senare Slutberg': 'not-yet',
      'Öppna Pågåfors': 'open',
    })
    expect(await left()).toHaveLength(9)
    const listed = await retain({ databaseUrl: spine.url, municipality: '1880' }, { dryRun: true })
    expect(listed.trim().split('\n')).toHaveLength(1 + plan.length)
    expect(listed).toMatch(/^keep;not-yet;2026-000\d;2027-06-01;2032-06-02;2033-12-31$/m)
    expect(listed).not.toMatch(/gren|Gallergatan/)
  })

  test('five years after the last note it goes, out of every table, by two runs at once', async () => {
    expect(await tablesWith('Tolvgren|Gallergatan 1\\M')).toEqual(
      expect.arrayContaining(['arrears_case', 'notice', 'eviction_notice']),
    )
    const id = named.get('Tolva Tolvgren')!
    await at('2032-06-02T10:00:00Z')
    const runs = await Promise.all([runRetention(eraser, rules), runRetention(eraser, rules)])
    expect(runs.map(({ cases }) => cases).toSorted((one, other) => one - other)).toEqual([0, 1])
    expect(await tablesWith('Tolvgren|Gallergatan 1\\M|19800312|800312')).toEqual([])
    expect((await tablesWith(id)).filter((name) => name !== 'audit_entry')).toEqual([])
    const { rows: files } = await sql`select octet_length(raw) as bytes, file_name from notice_file`.execute(
      spine.owner,
    )
    expect(files).toEqual([{ bytes: 0, fileName: null }])
    const [proof] = await spine.owner.selectFrom('erasure').selectAll().where('households', '=', 1).execute()
    expect(proof).toMatchObject({
      rule: 'case-years',
      remaining: 0,
      counts: expect.objectContaining({ arrears_case: 1, notice: 2 }),
    })
    expect(await runRetention(eraser, rules)).toMatchObject({ households: 0, cases: 0, counts: {} })
    expect(await left()).toHaveLength(8)
  })

  test('year after year until 2045, only what is due goes', async () => {
    const gone: Record<string, string> = {}
    for (let year = 2033; year <= 2045; year++) {
      await at(`${year}-01-10T03:00:00Z`)
      const before = await left()
      await runRetention(eraser, rules)
      const after = await left()
      for (const name of before.filter((one) => !after.includes(one))) gone[name] = String(year)
    }
    // 2030-02-01 + five years; the child turned thirty 2042-05-20
    expect(gone).toEqual({ 'Senare Slutberg': '2036', 'Barbro Barnkvist': '2043' })
    expect(await left()).toEqual([
      'Femma Femgren',
      'Femton Femtgren',
      'Tjugofem Tjuggren',
      'Okända Dagsten',
      'Hulda Hållström',
      'Öppna Pågåfors',
    ])
    expect(await tablesWith('Slutberg|Barnkvist')).toEqual([])
    // what was not erased is whole
    expect(await tablesWith('Femgren')).toEqual(
      expect.arrayContaining(['arrears_case', 'notice', 'eviction_notice']),
    )
  })

  test('a hold that is lifted and a day of birth that somebody has looked at let go', async () => {
    await sql`update retention_mark set lifted_at = clock_now() where kind = 'hold'`.execute(spine.owner)
    await sql`insert into retention_mark (case_id, kind, reason) values (${named.get('Okända Dagsten')}, 'birth-day-released', 'prov')`.execute(
      spine.owner,
    )
    await runRetention(eraser, rules)
    expect(await left()).toEqual(['Femma Femgren', 'Femton Femtgren', 'Tjugofem Tjuggren', 'Öppna Pågåfors'])
  })

  test('a reference that was left behind undoes the whole erasure', async () => {
    const id = named.get('Öppna Pågåfors')!
    await sql`update arrears_case set state = 'closed' where id = ${id}`.execute(spine.owner)
    await sql`create table forgotten (what uuid)`.execute(spine.owner)
    await sql`grant select on forgotten to bokvar_eraser`.execute(spine.owner)
    await sql`insert into forgotten values (${id})`.execute(spine.owner)
    await at('2055-01-10T03:00:00Z')
    await expect(runRetention(eraser, rules)).rejects.toThrow('forgotten.what')
    expect(await left()).toContain('Öppna Pågåfors')
    await sql`drop table forgotten`.execute(spine.owner)
    await runRetention(eraser, rules)
    expect(await left()).toEqual(['Femma Femgren', 'Femton Femtgren', 'Tjugofem Tjuggren'])
  })

  test('nobody but the eraser may take a row away, and the eraser may write none', async () => {
    for (const role of ['web', 'worker'] as const) {
      await expect(sql`delete from notice`.execute(spine[role])).rejects.toThrow('permission denied')
      await expect(sql`delete from timeline`.execute(spine[role])).rejects.toThrow('permission denied')
    }
    await expect(sql`update arrears_case set tenant_name = 'x'`.execute(eraser)).rejects.toThrow(
      'permission denied',
    )
    await expect(sql`delete from audit_entry`.execute(eraser)).rejects.toThrow('permission denied')
    await expect(sql`delete from erasure`.execute(eraser)).rejects.toThrow('permission denied')
  })
})
