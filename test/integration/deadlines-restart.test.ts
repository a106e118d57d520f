// Two notices, or a corrected one: both are computed, the earlier is worked, and a person decides on a restart.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { receiveNoticeFile } from '../../shared/casework/notice-files.ts'
import { decideRestart, restartsAsked } from '../../shared/casework/restarts.ts'
import { moment } from '../../shared/casework/act.ts'
import { openSpine, type Spine } from '../support/spine.ts'
import {
  caseOf,
  freshDates,
  landlordOf,
  noticeFor,
  openTasks,
  recoveriesOf,
  staffActor,
  storedDates,
  timelineOf,
} from '../support/deadline-case.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await spine.moveTo('2026-12-04T09:00:00Z')
})
afterAll(async () => spine.close())

const { actor: landlord, send, update } = landlordOf(() => spine)
const served = { servedDate: '2026-12-03', dispatchedDate: '2026-12-02' }
/** The same debt with another amount, served a week later: another paper. */
const corrected = {
  amountToRecover: 8600,
  noticeDate: '2026-12-10',
  dispatchedDate: '2026-12-10',
  servedDate: '2026-12-10',
}

const row = (amount: number, day: string) =>
  `rent-termination;F-8;Exempelfastigheter i Örebro AB;Filippa Exempel;Ringgatan 8;702 10;Örebro;2026-11;2026-10-30;${amount};${amount};${day};${day};${day};letter;${day}`

describe('a corrected notice', () => {
  test('is a version of its own: both periods stand, the earlier is worked, and a supervisor is asked', async () => {
    const first = await send(noticeFor(1, served))
    const again = await send(noticeFor(1, served))
    expect(again.possibleDuplicateOf).toBe(first.id)
    const opened = await caseOf(spine, first.id)
    expect(opened.recoveryLastDay).toBe('2026-12-28')
    await spine.moveTo('2026-12-11T09:00:00Z')
    const second = await send(noticeFor(1, { ...served, ...corrected }))
    expect(second.possibleDuplicateOf).toBe(first.id)
    const now = await caseOf(spine, second.id)
    expect(now.id).toBe(opened.id)
    expect(await recoveriesOf(spine, now.id)).toEqual([
      { origin: first.id, lastDay: '2026-12-28', state: 'running' },
      { origin: second.id, lastDay: '2027-01-04', state: 'running' },
    ])
    expect(now).toMatchObject({
      recoveryLastDay: '2026-12-28',
      amountOwed: 860000,
      repeated: false,
      watchId: opened.watchId,
      notifiedOn: opened.notifiedOn,
    })
    const [asked, ...more] = await openTasks(spine, now.id, 'review/restart')
    expect(more).toEqual([])
    expect(asked).toMatchObject({ occurrence: `review/restart#${second.id}`, role: 'supervisor' })
    expect(asked?.reasonSv).toMatch(/kan ha startat om fristen/)
    expect(await storedDates(spine, now.id)).toEqual(await freshDates(spine, now.id))
  })

  test('declined: the earlier period stays; confirmed after all: the later is worked, and both words are kept', async () => {
    const first = await send(noticeFor(2, { ...served, ...corrected }))
    const second = await send(
      noticeFor(2, { ...served, ...corrected, amountToRecover: 9000, servedDate: '2026-12-11' }),
    )
    const { id } = await caseOf(spine, first.id)
    const supervisor = await staffActor(spine, id, 'supervisor')
    const decide = (confirm: boolean, reason: string) =>
      decideRestart(spine.web, supervisor, id, { noticeId: second.id, confirm, reason })
    await expect(decide(true, ' ')).rejects.toMatchObject({ code: 'reason.missing' })
    await expect(
      decideRestart(spine.web, supervisor, id, { noticeId: id, confirm: true, reason: 'x' }),
    ).rejects.toMatchObject({ code: 'not-found' })
    await expect(
      decideRestart(spine.web, { ...supervisor, committee: 'another' }, id, {
        noticeId: second.id,
        confirm: true,
        reason: 'x',
      }),
    ).rejects.toMatchObject({ code: 'not-found' })
    await decide(false, 'Bara ett skrivfel i beloppet.')
    await decide(false, 'Bara ett skrivfel i beloppet.')
    await spine.drain()
    expect(await openTasks(spine, id, 'review/restart')).toEqual([])
    expect((await recoveriesOf(spine, id)).map((one) => one.state)).toEqual(['running', 'stopped'])
    expect(await caseOf(spine, first.id)).toMatchObject({ recoveryLastDay: '2027-01-04' })
    await decide(true, 'Ny delgivning med rätt belopp.')
    await decide(true, 'Ny delgivning med rätt belopp.')
    await spine.drain()
    expect((await recoveriesOf(spine, id)).map((one) => one.state)).toEqual(['stopped', 'running'])
    expect(await caseOf(spine, first.id)).toMatchObject({ recoveryLastDay: '2027-01-04' })
    const words =
      await sql`select confirmed, reason, decided_by from restart_decision where case_id = ${id} order by id`.execute(
        spine.worker,
      )
    expect(words.rows).toEqual([
      { confirmed: false, reason: 'Bara ett skrivfel i beloppet.', decidedBy: supervisor.personId },
      { confirmed: true, reason: 'Ny delgivning med rätt belopp.', decidedBy: supervisor.personId },
    ])
    expect((await timelineOf(spine, id)).filter(({ kind }) => kind.startsWith('restart.'))).toHaveLength(2)
    expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
  })

  test('confirmed with a later day: the case, its tasks and its clocks move to it', async () => {
    const first = await send(noticeFor(3, { servedDate: '2026-12-03', dispatchedDate: '2026-12-02' }))
    const second = await send(noticeFor(3, { ...served, ...corrected }))
    const { id } = await caseOf(spine, first.id)
    const supervisor = await staffActor(spine, id, 'supervisor')
    await decideRestart(spine.web, supervisor, id, {
      noticeId: second.id,
      confirm: true,
      reason: 'Nytt belopp.',
    })
    await spine.drain()
    expect(await caseOf(spine, first.id)).toMatchObject({ recoveryLastDay: '2027-01-04' })
    const moved = (await timelineOf(spine, id)).find(({ kind }) => kind === 'recovery.moved')
    expect(moved?.detail).toEqual({ from: '2026-12-28', to: '2027-01-04', days: 7 })
    const clocks = await sql<{
      n: number
    }>`select count(*)::int as n from outbox where done_at is null`.execute(spine.worker)
    expect(clocks.rows[0]?.n).toBe(0)
  })

  test('told only as an update is a paper of its own, from the day it was corrected', async () => {
    const first = await send(noticeFor(4, served))
    const told = await update(first.id, 'corrected', '2026-12-10', 9100)
    const found = await caseOf(spine, first.id)
    expect(found).toMatchObject({ recoveryLastDay: '2026-12-28', amountOwed: 910000 })
    const [one, two] = await recoveriesOf(spine, found.id)
    expect(one).toMatchObject({ origin: first.id, lastDay: '2026-12-28' })
    expect(two).toMatchObject({ origin: told.id, lastDay: '2027-01-04' })
    const asked = await spine.web.transaction().execute(async (trx) => {
      await sql`select set_config('bokvar.role', 'supervisor', true), set_config('bokvar.committee', ${found.committee}, true)`.execute(
        trx,
      )
      return restartsAsked(trx, await moment(trx), spine.tools, found.id)
    })
    expect(asked.map(({ origin }) => origin)).toEqual([told.id])
    await update(first.id, 'served', '2026-12-11')
    expect((await recoveriesOf(spine, found.id)).map(({ lastDay }) => lastDay)).toEqual([
      '2026-12-28',
      '2027-01-04',
    ])
    expect(await openTasks(spine, found.id, 'review/restart')).toHaveLength(1)
    expect(await storedDates(spine, found.id)).toEqual(await freshDates(spine, found.id))
  })

  test('that only fills in a day that was not known is the same paper: no restart, and the date says how far it moved', async () => {
    const first = await send(noticeFor(5, { dispatchedDate: '2026-12-02' }))
    const before = await caseOf(spine, first.id)
    expect(before).toMatchObject({ recoveryBasis: 'earliest-possible', recoveryLastDay: '2026-12-23' })
    await send(noticeFor(5, { dispatchedDate: '2026-12-02', servedDate: '2026-12-03' }))
    expect(await caseOf(spine, first.id)).toMatchObject({
      recoveryBasis: 'known',
      recoveryLastDay: '2026-12-28',
    })
    expect(await openTasks(spine, before.id, 'review/restart')).toEqual([])
    expect(await recoveriesOf(spine, before.id)).toEqual([
      { origin: first.id, lastDay: '2026-12-28', state: 'running' },
    ])
    const moves = (await timelineOf(spine, before.id)).filter(({ kind }) => kind === 'deadline.moved')
    expect(moves.map(({ detail }) => detail)).toContainEqual({
      deadline: 'recovery',
      from: '2026-12-23',
      to: '2026-12-28',
      days: 5,
    })
  })

  test('withdrawn: the first paper governs again; the first withdrawn: the corrected one does', async () => {
    const first = await send(noticeFor(6, served))
    const second = await send(noticeFor(6, { ...served, ...corrected }))
    await update(first.id, 'withdrawn', '2026-12-11')
    const found = await caseOf(spine, first.id)
    expect(found).toMatchObject({ settled: null, recoveryLastDay: '2027-01-04' })
    await update(second.id, 'withdrawn', '2026-12-11')
    expect(await caseOf(spine, first.id)).toMatchObject({ settled: 'withdrawn', recoveryLastDay: null })
  })

  test('paid on the number of a repeat is paid: nothing told is lost', async () => {
    const first = await send(noticeFor(7, served))
    const again = await send(noticeFor(7, served))
    await update(again.id, 'paid', '2026-12-11')
    expect(await caseOf(spine, first.id)).toMatchObject({ settled: 'paid' })
  })

  test('in a file: the same rows twice are repeats, a changed amount is a version with a question', async () => {
    const head =
      'typ;egen_referens;hyresvard;hyresgast_namn;adress;postnr;ort;period;forfallodag;belopp;att_betala_totalt;meddelandedatum;uppsagd_datum;avsant_datum;avsandningssatt;delgiven_datum'
    const read = async (line: string) => {
      const { id } = await receiveNoticeFile(spine.web, spine.tools, landlord, {
        name: 'a.csv',
        bytes: Buffer.from(`${head}\n${line}\n`),
      })
      await spine.drain()
      expect(spine.failures).toEqual([])
      const rows = await sql<{
        noticeId: string
        duplicate: boolean
      }>`select notice_id, duplicate from notice_file_row where file_id = ${id}`.execute(spine.worker)
      return rows.rows[0]
    }
    const first = await read(row(8000, '2026-12-03'))
    expect(await read(row(8000, '2026-12-03'))).toEqual({ noticeId: first?.noticeId, duplicate: true })
    const changed = await read(row(8100, '2026-12-10'))
    expect(changed?.duplicate).toBe(false)
    const found = await caseOf(spine, first?.noticeId ?? '')
    const link = await sql`select corrects from notice where id = ${changed?.noticeId}`.execute(spine.worker)
    expect(link.rows[0]).toEqual({ corrects: first?.noticeId })
    expect(await openTasks(spine, found.id, 'review/restart')).toHaveLength(1)
  })
})

test('a second notice for another month asks too, and the earlier day is worked', async () => {
  const first = await send(noticeFor(9, served))
  const next = {
    ...noticeFor(9, { ...served, ...corrected }),
    rents: [{ period: '2026-12', dueDate: '2026-11-30', amount: 8450 }],
  }
  const second = await send(next)
  const found = await caseOf(spine, first.id)
  expect((await caseOf(spine, second.id)).id).toBe(found.id)
  expect(found).toMatchObject({ recoveryLastDay: '2026-12-28', repeated: true })
  const [asked] = await openTasks(spine, found.id, 'review/restart')
  expect(asked?.reasonSv).toMatch(/^Ett andra meddelande/)
})
