// Bad facts through the door: a finding each time, the conservative date, never an exception and never silence.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { recomputeCases } from '../../shared/casework/law.ts'
import type { NoticeBody } from '../../shared/domain/notice-body.ts'
import {
  caseOf,
  freshDates,
  landlordOf,
  noticeFor,
  openTasks,
  recoveriesOf,
  storedDates,
} from '../support/deadline-case.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await spine.moveTo('2026-12-04T09:00:00Z')
})
afterAll(async () => spine.close())

const { send, update } = landlordOf(() => spine)

describe('facts that cannot be right', () => {
  // With nothing known of the service the earliest possible last day is 23 December: no bad fact may make it later.
  test.each<{
    name: string
    n: number
    change: Partial<NoticeBody>
    code: string
    field: string
    lastDay: string
  }>([
    {
      name: 'served before terminated',
      n: 1,
      change: { servedDate: '2026-11-30' },
      code: 'served_before_terminated',
      field: '/servedDate',
      lastDay: '2026-12-23',
    },
    {
      name: 'served in the year 0206',
      n: 2,
      change: { servedDate: '0206-12-03' },
      code: 'date_unclear',
      field: '/servedDate',
      lastDay: '2026-12-23',
    },
    {
      name: 'served on 31 November',
      n: 3,
      change: { servedDate: '2026-11-31' },
      code: 'date_unclear',
      field: '/servedDate',
      lastDay: '2026-12-23',
    },
    {
      name: 'served in the future',
      n: 4,
      change: { servedDate: '2027-01-15' },
      code: 'date_in_future',
      field: '/servedDate',
      lastDay: '2026-12-23',
    },
    {
      name: 'sent after it came',
      n: 5,
      change: { dispatchedDate: '2026-12-20' },
      code: 'date_in_future',
      field: '/dispatchedDate',
      lastDay: '2026-12-23',
    },
    {
      name: 'dated after it came',
      n: 6,
      change: { noticeDate: '2026-12-09', dispatchMethod: null, dispatchedDate: null },
      code: 'date_in_future',
      field: '/noticeDate',
      lastDay: '2026-12-28',
    },
    {
      name: 'terminated within the week of grace',
      n: 7,
      change: { terminatedDate: '2026-11-02' },
      code: 'terminated_before_forfeiture',
      field: '/terminatedDate',
      lastDay: '2026-12-23',
    },
    {
      name: 'served in letters',
      n: 8,
      change: { servedDate: 'i torsdags' },
      code: 'date_unclear',
      field: '/servedDate',
      lastDay: '2026-12-23',
    },
  ])('$name', async ({ n, change, code, field, lastDay }) => {
    const receipt = await send(noticeFor(n, change))
    expect(receipt.findings.map((finding) => `${finding.code} ${finding.field}`)).toContain(
      `${code} ${field}`,
    )
    const found = await caseOf(spine, receipt.id)
    expect(found.recoveryLastDay).toBe(lastDay)
    expect(await recoveriesOf(spine, found.id)).toMatchObject([{ lastDay, state: 'running' }])
    expect(await storedDates(spine, found.id)).toEqual(await freshDates(spine, found.id))
  })

  test('a served date told ahead of time is answered with a finding and never lets the period grow', async () => {
    const notice = await send(noticeFor(11))
    const { id } = await caseOf(spine, notice.id)
    const told = await update(notice.id, 'served', '2026-12-09')
    expect(told.findings.map(({ code }) => code)).toEqual(['date_in_future'])
    expect((await caseOf(spine, notice.id)).recoveryLastDay).toBe('2026-12-23')
    await spine.moveTo('2026-12-10T09:00:00Z')
    const again = () =>
      spine.worker
        .transaction()
        .execute(async (trx) => recomputeCases(trx, await moment(trx), spine.tools, [id]))
    await again()
    expect((await caseOf(spine, notice.id)).recoveryLastDay).toBe('2026-12-23')
    expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
    // Told anew when it has happened, it counts.
    await update(notice.id, 'served', '2026-12-09')
    expect((await caseOf(spine, notice.id)).recoveryLastDay).toBe('2026-12-30')
    await spine.moveTo('2026-12-04T09:00:00Z')
  })

  test('all at once still open a case that somebody works on', async () => {
    const receipt = await send(
      noticeFor(9, {
        noticeDate: '0206-13-41',
        terminatedDate: '2026-11-31',
        dispatchedDate: 'igår',
        dispatchMethod: 'brevduva',
        servedDate: '3025-01-01',
        rents: [{ period: 'förra månaden', dueDate: '31/11', amount: 'många' }],
      }),
    )
    expect(receipt.findings.length).toBeGreaterThan(6)
    const found = await caseOf(spine, receipt.id)
    expect(found.plannedAt).not.toBeNull()
    expect(found.recoveryLastDay).not.toBeNull()
    const [asked] = await openTasks(spine, found.id, 'review/form')
    expect(asked?.titleSv).toBe('Möjligt formfel i meddelandet: bedöm')
    expect(asked?.reasonSv).toBe(
      'Kontrollen är automatisk. En handläggare bedömer vad den betyder. Den är ingen juridisk rådgivning.',
    )
  })

  test('a due date not yet a week past is found, since the law is counted with', async () => {
    const early = {
      rents: [{ period: '2026-12', dueDate: '2026-11-30', amount: 8450 }],
      terminatedDate: '2026-12-02',
    }
    const { findings } = await send(noticeFor(10, early))
    expect(findings.map((finding) => `${finding.code} ${finding.field}`)).toContain(
      'due_date_not_past /rents/0/dueDate',
    )
  })
})

describe('an early report, before any termination', () => {
  const early = (n: number, change: Partial<NoticeBody> = {}) =>
    noticeFor(n, { type: 'early-arrears', terminatedDate: null, ...change })
  const codes = (findings: { code: string }[]) =>
    findings.map(({ code }) => code).filter((code) => /early|consent/.test(code))

  test('is off unless the municipality has turned it on, and then needs the consent of the tenant', async () => {
    expect(codes((await send(early(21))).findings)).toEqual(['early_arrears_off'])
    // As the administrator's sheet of settings says it, in the version in force.
    await sql`with adam as (insert into person (subject, username, name, role) values ('adam', 'adam', 'Adam', 'administrator') returning id),
      bo as (insert into person (subject, username, name, role) values ('bo', 'bo', 'Bo', 'administrator') returning id)
      insert into rule_version (kind, version, body, sha256, state, valid_from, created_by, reviewed_by, published_by)
      select kind, version + 1, replace(body, 'tidiga_skulder;nej', 'tidiga_skulder;ja'), sha256, state, valid_from, adam.id, bo.id, bo.id
      from rule_version, adam, bo where kind = 'settings'`.execute(spine.owner)
    expect(codes((await send(early(22))).findings)).toEqual(['consent_missing'])
    expect(codes((await send(early(23, { tenantConsentOn: '2026-12-05' }))).findings)).toEqual([
      'consent_missing',
    ])
    const receipt = await send(early(24, { tenantConsentOn: '2026-12-01' }))
    expect(codes(receipt.findings)).toEqual([])
    const stored = await sql<{
      on: string
    }>`select content ->> 'tenantConsentOn' as on from notice where id = ${receipt.id}`.execute(spine.worker)
    expect(stored.rows).toEqual([{ on: '2026-12-01' }])
  })
})
