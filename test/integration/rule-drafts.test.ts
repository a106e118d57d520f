// The shared draft of a table: two people in it, nobody's row lost, handed over once, and what publishing units and hours does.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Actor } from '../../shared/casework/act.ts'
import { readRehearsal, askRehearsal } from '../../shared/casework/rehearsals.ts'
import {
  dropRuleDraft,
  handOverRuleDraft,
  moveDraftRow,
  openRuleDraft,
  putDraftSheet,
  readRuleDraft,
  removeDraftRow,
  renewRuleDraft,
  saveDraftRow,
  takeBackRules,
} from '../../shared/casework/rule-drafts.ts'
import { listRules, publishRules, readRuleVersion, reviewRules } from '../../shared/casework/rules.ts'
import { readMunicipality, type RuleKind } from '../../shared/casework/settings.ts'
import { printed, readTableRows, rowOf } from '../../shared/domain/table-edit.ts'
import { administratorIn, actorIn, caseWith, NOON, refusalOf, route } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const TODAY = '2026-11-25'
let spine: Spine
let anna: Actor
let bo: Actor
let cia: Actor

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  anna = await administratorIn(spine.owner, 'anna')
  bo = await administratorIn(spine.owner, 'bo')
  cia = await administratorIn(spine.owner, 'cia')
})
afterAll(() => spine.close())

/** A row of the draft as a form has it, with cells changed by column. */
async function rowFor(kind: RuleKind, key: string, change: Record<string, string>) {
  const { csv } = await openRuleDraft(spine.web, anna, kind)
  const table = readTableRows(kind, csv)
  const row = rowOf(table, key)!
  const cells = row.cells.map((cell, at) => change[table.columns[at] ?? ''] ?? cell)
  return { key, seen: printed(row.cells), cells, after: null }
}
const cellIn = async (kind: RuleKind, key: string, column: string) => {
  const draft = await readRuleDraft(spine.web, anna, kind)
  const table = readTableRows(kind, draft?.csv ?? '')
  return rowOf(table, key)?.cells[table.columns.indexOf(column)]
}
/** Changes one row, hands over as Anna and publishes as Cia. */
async function publishRow(kind: RuleKind, key: string, change: Record<string, string>, from = TODAY) {
  await saveDraftRow(spine.web, anna, kind, await rowFor(kind, key, change))
  const { id } = await handOverRuleDraft(spine.web, anna, kind, 'Prov')
  await reviewRules(spine.web, cia, id)
  return publishRules(spine.web, cia, id, from)
}

describe('two people in one draft', () => {
  test('of different rows both are kept; of the same row the second sees the first beside their own', async () => {
    const mine = await rowFor('routing', '70', { skal_sv: 'Annas skäl.' })
    const other = await rowFor('routing', '80', { skal_sv: 'Bos skäl.' })
    const clash = await rowFor('routing', '70', { skal_sv: 'Bos skäl för samma rad.' })
    expect(await saveDraftRow(spine.web, anna, 'routing', mine)).toEqual({ saved: true })
    expect(await saveDraftRow(spine.web, bo, 'routing', other)).toEqual({ saved: true })
    expect(await saveDraftRow(spine.web, bo, 'routing', clash)).toMatchObject({
      saved: false,
      by: 'anna',
      theirs: mine.cells,
    })
    expect(await cellIn('routing', '70', 'skal_sv')).toBe('Annas skäl.')
    expect(await cellIn('routing', '80', 'skal_sv')).toBe('Bos skäl.')
    // Having seen it, Bo puts his own over it on purpose; sent twice it is done once.
    const seen = { ...clash, seen: printed(mine.cells) }
    expect(await saveDraftRow(spine.web, bo, 'routing', seen)).toEqual({ saved: true })
    expect(await saveDraftRow(spine.web, bo, 'routing', seen)).toEqual({ saved: true })
    expect(await cellIn('routing', '70', 'skal_sv')).toBe('Bos skäl för samma rad.')
  })

  test('saved at the same moment, one of two changes of a row wins and the other is told', async () => {
    const [one, two] = [
      await rowFor('routing', '81', { skal_sv: 'Ett.' }),
      await rowFor('routing', '81', { skal_sv: 'Två.' }),
    ]
    const both = await Promise.all([
      saveDraftRow(spine.web, anna, 'routing', one),
      saveDraftRow(spine.web, bo, 'routing', two),
    ])
    expect(both.map(({ saved }) => String(saved)).toSorted()).toEqual(['false', 'true'])
  })

  test('a row that a colleague has taken out, or changed before it is taken out, is told and not lost', async () => {
    const row = await rowFor('routing', '90', { skal_sv: 'Bos.' })
    expect(await removeDraftRow(spine.web, bo, 'routing', { key: '90', seen: '[]' })).toMatchObject({
      saved: false,
    })
    expect(await removeDraftRow(spine.web, anna, 'routing', row)).toEqual({ saved: true })
    expect(await removeDraftRow(spine.web, anna, 'routing', row)).toEqual({ saved: true })
    expect(await saveDraftRow(spine.web, bo, 'routing', row)).toMatchObject({
      saved: false,
      theirs: null,
      by: 'anna',
    })
    expect(
      await saveDraftRow(spine.web, bo, 'routing', { ...row, key: null, seen: '', after: '81' }),
    ).toEqual({
      saved: true,
    })
    expect(await cellIn('routing', '90', 'skal_sv')).toBe('Bos.')
  })

  test('a moved rule changes number with its neighbour of the same type, and the examples follow', async () => {
    const expected = (examples: string | null) => (examples?.match(/;80;[^;]*$/gm) ?? []).length
    const before = await openRuleDraft(spine.web, anna, 'routing')
    await moveDraftRow(spine.web, anna, '80', -1)
    expect(await cellIn('routing', '70', 'skal_sv')).toBe('Bos skäl.')
    const moved = await readRuleDraft(spine.web, anna, 'routing')
    expect(expected(moved!.examples)).not.toBe(expected(before.examples))
    await moveDraftRow(spine.web, anna, '70', 1)
    expect(readTableRows('routing', (await readRuleDraft(spine.web, anna, 'routing'))!.csv).rows).toEqual(
      readTableRows('routing', before.csv).rows,
    )
  })

  test('neither of the two who wrote it reviews it, and handing over twice is one version', async () => {
    const made = await handOverRuleDraft(spine.web, anna, 'routing', 'Tydligare skäl')
    expect(made.authors.toSorted()).toEqual([anna.personId ?? '', bo.personId ?? ''].toSorted())
    expect((await handOverRuleDraft(spine.web, anna, 'routing', 'Tydligare skäl')).id).toBe(made.id)
    expect(await readRuleDraft(spine.web, anna, 'routing')).toBeNull()
    for (const writer of [anna, bo])
      expect(await refusalOf(reviewRules(spine.web, writer, made.id))).toMatchObject({ code: 'review.own' })
    const forced = sql`update rule_version set state = 'reviewed', reviewed_by = ${bo.personId} where id = ${made.id}`
    await expect(forced.execute(spine.web)).rejects.toMatchObject({ code: '23514' })

    // Taken back it is the draft again, with both as its writers.
    await takeBackRules(spine.web, bo, made.id)
    expect((await readRuleDraft(spine.web, bo, 'routing'))?.authors).toHaveLength(2)
    await dropRuleDraft(spine.web, bo, 'routing')
    await dropRuleDraft(spine.web, bo, 'routing')
    expect(
      await refusalOf(
        reviewRules(spine.web, cia, made.id).then(() => publishRules(spine.web, cia, made.id, TODAY)),
      ),
    ).toMatchObject({
      code: 'rules.withdrawn',
    })
  })

  test('a draft begun before somebody else published takes the new version in and keeps its own rows', async () => {
    await publishRow('codes', 'cause/HYRA_ENSTAKA', { sv: 'En obetald hyra' })
    await saveDraftRow(
      spine.web,
      bo,
      'codes',
      await rowFor('codes', 'cause/HYRA_FLERA', { sv: 'Fler obetalda' }),
    )
    const { csv } = await readRuleVersion(
      spine.web,
      cia,
      (await readRuleDraft(spine.web, bo, 'codes'))!.basedOn,
    )
    const { draftRules } = await import('../../shared/casework/rules.ts')
    const theirs = await draftRules(spine.web, cia, {
      kind: 'codes',
      csv: csv.replace('Upprepat sena hyror', 'Ofta sen'),
    })
    await reviewRules(spine.web, anna, theirs.id)
    await publishRules(spine.web, anna, theirs.id, TODAY)
    expect((await readRuleDraft(spine.web, bo, 'codes'))?.stale).toBe(true)
    expect(await renewRuleDraft(spine.web, bo, 'codes')).toEqual([])
    expect(await readRuleDraft(spine.web, bo, 'codes')).toMatchObject({ stale: false, findings: [] })
    expect(await cellIn('codes', 'cause/HYRA_FLERA', 'sv')).toBe('Fler obetalda')
    expect(await cellIn('codes', 'cause/HYRA_UPPREPAT_SEN', 'sv')).toBe('Ofta sen')
  })

  test.each([
    ['no text', ''],
    ['a broken quote', '"rad'],
    ['rows of different width', 'rad;typ\n1;2;3'],
  ])('%s is not put in the draft', async (_what, csv) => {
    const refusal = await refusalOf(putDraftSheet(spine.web, anna, 'routing', { csv }))
    expect(refusal).toMatchObject({ kind: 'invalid', code: 'rules.unreadable-file' })
  })

  test('an unchanged draft is not handed over, nor one that is not there', async () => {
    await openRuleDraft(spine.web, anna, 'tasks')
    expect(await refusalOf(handOverRuleDraft(spine.web, anna, 'tasks', 'x'))).toMatchObject({
      code: 'draft.unchanged',
    })
    expect(await refusalOf(handOverRuleDraft(spine.web, anna, 'units', 'x'))).toMatchObject({
      code: 'draft.none',
    })
  })
})

describe('units, committees and hours', () => {
  test('a new unit is there the day its sheet is published, and not on a later day', async () => {
    const cells = ['GAN-NY', 'GAN', 'Nya enheten', 'New unit', 'outreach', '', '10']
    await saveDraftRow(spine.web, anna, 'units', { key: null, seen: '', cells, after: null })
    const { id } = await handOverRuleDraft(spine.web, anna, 'units', 'Ny enhet')
    await reviewRules(spine.web, cia, id)
    expect(await refusalOf(publishRules(spine.web, cia, id, '2026-12-01'))).toMatchObject({
      code: 'from.only-today',
    })
    await publishRules(spine.web, cia, id, TODAY)
    const { rows } = await sql`select name_sv, active from unit where code = 'GAN-NY'`.execute(spine.owner)
    expect(rows).toEqual([{ nameSv: 'Nya enheten', active: true }])
  })

  test('a unit that rules, people or the municipality need cannot end; one that nobody needs ends and keeps its name', async () => {
    const remove = async (key: string) =>
      removeDraftRow(spine.web, anna, 'units', await rowFor('units', key, {}))
    await remove('GAN-FS')
    const codes = async () =>
      (await readRuleDraft(spine.web, anna, 'units'))?.findings.map(({ code }) => code)
    expect(await codes()).toEqual(['unit-has-people', 'unit-in-rules', 'unit-is-default'])
    await dropRuleDraft(spine.web, anna, 'units')
    await remove('GAN-NY')
    expect(await codes()).toEqual([])
    const { id } = await handOverRuleDraft(spine.web, anna, 'units', 'Avslutad')
    await reviewRules(spine.web, cia, id)
    await publishRules(spine.web, cia, id, TODAY)
    const { rows } = await sql`select name_sv, active from unit where code = 'GAN-NY'`.execute(spine.owner)
    expect(rows).toEqual([{ nameSv: 'Nya enheten', active: false }])
  })

  test.each<[string, Record<string, string>, string]>([
    ['a unit of no committee', { committee: 'XYZ' }, 'unknown-committee'],
    ['a unit of no known kind', { kind: 'okänt' }, 'unknown-kind'],
    ['a code in small letters', { code: 'gan' }, 'bad-code'],
    ['an address that is none', { email: 'hej' }, 'bad-email'],
    ['a capacity in words', { capacity_per_month: 'många' }, 'bad-capacity'],
    ['a unit without a name', { name_en: '' }, 'missing-name'],
  ])('%s is named', async (_what, change, code) => {
    await saveDraftRow(spine.web, anna, 'units', await rowFor('units', 'SN-BOS', change))
    const draft = await readRuleDraft(spine.web, anna, 'units')
    expect(draft?.findings.map((one) => one.code)).toContain(code)
    await dropRuleDraft(spine.web, anna, 'units')
  })

  test.each<[string, string, string]>([
    ['arbetsdagar', 'måndag', 'bad-value'],
    ['oppnar', '25:00', 'bad-value'],
    ['oppnar', '18:00', 'closes-before-opening'],
    ['stangda_dagar', '2026-02-30', 'bad-value'],
    ['liten_skuld_kr', '-1', 'bad-value'],
  ])('a setting %s = %s is named', async (key, varde, code) => {
    await saveDraftRow(spine.web, anna, 'settings', await rowFor('settings', key, { varde }))
    const draft = await readRuleDraft(spine.web, anna, 'settings')
    expect(draft?.findings.map((one) => one.code)).toEqual([code])
    await dropRuleDraft(spine.web, anna, 'settings')
  })

  test('working hours decide from their day on, and not before', async () => {
    await publishRow('settings', 'stanger', { varde: '16:30' }, '2026-11-26')
    expect((await readMunicipality(spine.owner)).workingTime.closes).toBe('17:00')
    await spine.moveTo('2026-11-26T10:00:00Z')
    expect((await readMunicipality(spine.owner)).workingTime.closes).toBe('16:30')
  })
})

test('an administrator sees how many cases a dry run moves, and not one of them', async () => {
  const id = await caseWith(spine.owner)
  await route(spine, [id])
  const [latest] = await listRules(spine.web, anna, 'routing')
  const asked = await askRehearsal(spine.web, anna, latest!.id, { from: '2026-01-01', to: '2026-12-31' })
  await spine.drain()
  await sql`insert into rehearsal_case values (${asked.id}, ${id}, 'GAN/GAN-FS', 70, 'SN/SN-MOTT', 80)`.execute(
    spine.owner,
  )
  const page = { limit: 10, page: 1 }
  expect(await readRehearsal(spine.web, anna, asked.id, page)).toMatchObject({
    result: { cases: 1 },
    cases: [],
  })
  const supervisor = actorIn('GAN', 'supervisor', anna.personId)
  expect((await readRehearsal(spine.web, supervisor, asked.id, page)).cases).toHaveLength(1)
})
