// Versions of the rules: two people, checks that name the row, one winner of two publications, and the way back.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Actor } from '../../shared/casework/act.ts'
import { listMovable, moveCases } from '../../shared/casework/rule-moves.ts'
import { diffRules, readRoutingExplanation, tryRules } from '../../shared/casework/rule-trials.ts'
import {
  draftRules,
  listRules,
  publishRules,
  readRuleVersion,
  restoreRules,
  reviewRules,
} from '../../shared/casework/rules.ts'
import type { Problem } from '../../shared/domain/refusal.ts'
import { actorIn, caseWith, NOON, personIn, refusalOf, route } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
let anna: Actor
let bo: Actor
let supervisor: Actor
let shipped = ''

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  const person = (username: string, role: string) =>
    personIn(spine.owner, { username, role, committee: 'GAN', unit: 'GAN-FS' })
  anna = actorIn('GAN', 'administrator', await person('anna', 'administrator'))
  bo = actorIn('GAN', 'administrator', await person('bo', 'administrator'))
  supervisor = actorIn('GAN', 'supervisor', await person('eva', 'supervisor'))
  const first = (await listRules(spine.web, anna, 'routing'))[0]
  shipped = (await readRuleVersion(spine.web, anna, first?.id ?? 0)).csv
})
afterAll(() => spine.close())

/** The shipped table with one thing changed. Fails when there is nothing to change. */
const changed = (from: string | RegExp, to: string): string => {
  const csv = shipped.replace(from, to)
  expect(csv).not.toBe(shipped)
  return csv
}
const inForce = async () =>
  (await listRules(spine.web, anna, 'routing')).find((version) => version.inForce)?.version
const draft = (csv: string, actor = anna) => draftRules(spine.web, actor, { kind: 'routing', csv })
const reviewed = async (csv: string) => reviewRules(spine.web, bo, (await draft(csv)).id)
const later = (nth: number) =>
  changed(/^999;OWNER/m, `${900 + nth};OWNER`).replace(/;999;/g, `;${900 + nth};`)

describe('a table that cannot be read is refused with row, column and reason, and the one in force stays', () => {
  test.each<[string, () => string, Partial<Problem>]>([
    ['malformed CSV', () => `${shipped}"broken`, { code: 'malformed-csv' }],
    [
      'an unknown column',
      () => changed('rad;typ', 'rad;typ;humör'),
      { code: 'unknown-column', pointer: '/rules/lines/1/humör' },
    ],
    [
      'a field that no rule may read',
      () => changed('alder', 'personnummer'),
      { code: 'forbidden-field', pointer: expect.stringMatching(/personnummer$/) as never },
    ],
    [
      'protection read by an OWNER row',
      () => changed(/^10;OWNER;(.*?);en;;;;/m, '10;OWNER;$1;en;;ja;;'),
      { code: 'forbidden-field', pointer: '/rules/rows/10/skyddad' },
    ],
    ['a word that no list has', () => changed(';störning varning', ';stökigt'), { code: 'unknown-value' }],
  ])('%s', async (_, csv, problem) => {
    const refusal = await refusalOf(draft(csv()))
    expect(refusal).toMatchObject({ kind: 'invalid', code: 'rules.unreadable' })
    expect(refusal.problems).toEqual(expect.arrayContaining([expect.objectContaining(problem)]))
    expect(refusal.problems[0]?.detail).toMatch(/[.!]$/)
    expect(await inForce()).toBe(1)
  })
})

describe('a table that must not be in force is refused at publication, with the row named', () => {
  test.each<[string, () => string, Partial<Problem>]>([
    ['a missing default', () => changed(/^999;OWNER.*$/m, ''), { code: 'missing-default' }],
    [
      'an unknown unit',
      () => changed(';SN-BARN;', ';SN-BORTA;'),
      { code: 'unknown-unit', detail: expect.stringMatching(/^Rad \d+: ”SN-BORTA” finns inte/) as never },
    ],
    [
      'an unreachable row',
      () =>
        shipped.replace(
          /\r?\n999;OWNER/,
          `\n95;OWNER;;;;;;;;;;65..70;;;;;;ingen;;;;;SN;SN-MOTT;;;2;;Äldre;Older;INF\n96;OWNER;;;;;;;;;;66..68;;;;;;ingen;;;;;SN;SN-MOTT;;;2;;Äldre;Older;INF\n999;OWNER`,
        ),
      {
        code: 'unreachable-row',
        pointer: '/rules/rows/96/alder',
        detail: 'Rad 96 nås aldrig, rad 95 tar alla.',
      },
    ],
    [
      'a cycle of proposals',
      () =>
        changed(
          /^10;OWNER.*$/m,
          '8;OWNER;;;;;;;;;;;;;;;;VON;;;;;FSN;FSN-MOTT;;;2;;Från VON;From VON;INF\n9;OWNER;;;;;;;;;;;;;;;;FSN;;;;;VON;VON-BIST;;;2;;Från FSN;From FSN;INF',
        ),
      { code: 'proposal-cycle' },
    ],
    [
      'a unit of another committee',
      () => changed('SN;SN-SKYDD', 'GAN;SN-SKYDD'),
      { code: 'unit-of-other-committee' },
    ],
    ['a template that does not exist', () => changed(';T17;', ';T99;'), { code: 'unknown-template' }],
    [
      'an example that no longer comes out',
      () => changed(/^5;GATE;(.*);SN;SN-SKYDD;/m, '5;GATE;$1;SN;SN-MOTT;'),
      { code: 'example-fails', pointer: expect.stringMatching(/^\/examples\/rows\/5/) as never },
    ],
  ])('%s', async (_, csv, problem) => {
    const version = await reviewed(csv())
    const refusal = await refusalOf(publishRules(spine.web, anna, version.id, '2026-11-25'))
    expect(refusal).toMatchObject({ kind: 'unprocessable', code: 'rules.unsound' })
    expect(refusal.problems).toEqual(expect.arrayContaining([expect.objectContaining(problem)]))
    expect(await inForce()).toBe(1)
  })
})

describe('two people stand behind every change', () => {
  test('an author cannot review, nobody can publish what is not reviewed, and a system changes nothing', async () => {
    const { id } = await draft(later(1))
    expect(await refusalOf(reviewRules(spine.web, anna, id))).toMatchObject({ code: 'review.own' })
    expect(await refusalOf(publishRules(spine.web, bo, id, '2026-11-25'))).toMatchObject({
      code: 'rules.not-reviewed',
    })
    const system = actorIn('GAN', 'system')
    expect(await refusalOf(draft(shipped, system))).toMatchObject({ kind: 'forbidden' })
    expect(await refusalOf(publishRules(spine.web, anna, 99_999, '2026-11-25'))).toMatchObject({
      kind: 'not-found',
    })
  })

  test('the database itself refuses a review by the author, a publication without one, and any change of the text', async () => {
    const { id } = await draft(later(2))
    const update = (set: string) =>
      sql.raw(`update rule_version set ${set} where id = ${id}`).execute(spine.web)
    await expect(update(`state = 'reviewed', reviewed_by = created_by`)).rejects.toMatchObject({
      code: '23514',
    })
    await expect(update(`state = 'published', valid_from = '2026-11-25'`)).rejects.toMatchObject({
      code: '23514',
    })
    await expect(update(`body = 'another'`)).rejects.toMatchObject({ code: '42501' })
    await expect(update(`created_by = null`)).rejects.toMatchObject({ code: '42501' })
  })

  test('drafting, reviewing and publishing twice is done once', async () => {
    const [one, two] = [await draft(later(3)), await draft(later(3))]
    expect(two.id).toBe(one.id)
    const [read, again] = [await reviewRules(spine.web, bo, one.id), await reviewRules(spine.web, bo, one.id)]
    expect(again.reviewedAt).toBe(read.reviewedAt)
    const examples = one.examples?.replaceAll(';999;', ';903;') ?? ''
    const right = await draftRules(spine.web, anna, { kind: 'routing', csv: later(3), examples })
    await reviewRules(spine.web, bo, right.id)
    const published = await publishRules(spine.web, anna, right.id, '2026-11-25')
    expect(published).toMatchObject({ state: 'published', inForce: true })
    expect(await publishRules(spine.web, anna, right.id, '2026-11-25')).toMatchObject({
      publishedAt: published.publishedAt,
    })
    expect(await refusalOf(publishRules(spine.web, anna, right.id, '2026-12-01'))).toMatchObject({
      code: 'rules.published',
    })
  })
})

describe('what is in force', () => {
  const soundDraft = async (nth: number) => {
    const latest = (await listRules(spine.web, anna, 'routing')).find((one) => one.inForce)
    const { csv, examples } = await readRuleVersion(spine.web, anna, latest?.id ?? 0)
    const next = csv.replace('Skyddade personuppgifter', `Skyddade personuppgifter (${nth})`)
    return reviewRules(
      spine.web,
      bo,
      (await draftRules(spine.web, anna, { kind: 'routing', csv: next, examples })).id,
    )
  }

  test('of two drafts published at the same moment one wins, and the other must be written anew', async () => {
    const [one, two] = [await soundDraft(1), await soundDraft(2)]
    const both = await Promise.allSettled(
      [one, two].map(({ id }) => publishRules(spine.web, anna, id, '2026-11-25')),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = both.find((result) => result.status === 'rejected')
    expect(lost?.reason).toMatchObject({ kind: 'conflict', code: 'rules.superseded' })
  })

  test('the same draft published by two people at the same moment is published once', async () => {
    const { id, version } = await soundDraft(3)
    const both = await Promise.all([anna, bo].map((who) => publishRules(spine.web, who, id, '2026-11-25')))
    expect(both[0]?.publishedBy).toBe(both[1]?.publishedBy)
    expect(await inForce()).toBe(version)
  })

  test('a later day changes nothing until it comes; a day that has passed is refused', async () => {
    const { id, version } = await soundDraft(4)
    const before = await inForce()
    expect(await refusalOf(publishRules(spine.web, anna, id, '2026-11-24'))).toMatchObject({
      code: 'from.past',
    })
    await publishRules(spine.web, anna, id, '2026-11-26')
    expect(await inForce()).toBe(before)
    await spine.moveTo('2026-11-26T10:00:00Z')
    expect(await inForce()).toBe(version)
  })

  test('rolling back is a new version with the old text, reviewed and published like any other', async () => {
    const versions = await listRules(spine.web, anna, 'routing')
    const first = versions.find(({ version }) => version === 1)
    const back = await restoreRules(spine.web, anna, first?.id ?? 0)
    expect(back).toMatchObject({ state: 'draft', note: 'Som version 1', csv: shipped })
    await reviewRules(spine.web, bo, back.id)
    await publishRules(spine.web, anna, back.id, '2026-11-26')
    expect(await inForce()).toBe(back.version)
    expect(back.version).toBeGreaterThan(versions[0]?.version ?? 0)
    expect((await diffRules(spine.web, anna, back.id, first?.id ?? 0)).rows).toEqual([])
  })

  test('the difference names the row, the column and both cells; a made-up case says why', async () => {
    const { id } = await soundDraft(5)
    const { rows } = await diffRules(spine.web, anna, id, null)
    expect(rows).toMatchObject([{ kind: 'changed', row: 5, cells: [{ column: 'skal_sv' }] }])
    const { decision, values, notMatched } = await tryRules(spine.web, anna, id, { age: 82, needs: ['care'] })
    expect(decision.owners).toMatchObject([{ committee: 'VON', unit: 'VON-BIST' }])
    expect(values).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ column: 'behov', value: 'vårdbehov' })]),
    )
    expect(notMatched.map((one) => one.row)).toEqual(expect.arrayContaining([5, 6, 10, 30, 40]))
  })

  test('the other sheets have versions as well, and their difference is told by line', async () => {
    const codes = (await listRules(spine.web, anna, 'codes'))[0]
    const { csv } = await readRuleVersion(spine.web, anna, codes?.id ?? 0)
    const made = await draftRules(spine.web, anna, {
      kind: 'codes',
      csv: csv.replace('Missad avi', 'Tappad avi'),
    })
    const { lines } = await diffRules(spine.web, anna, made.id, null)
    expect(lines.map(({ kind }) => kind)).toEqual(['removed', 'added'])
    const broken = draftRules(spine.web, anna, { kind: 'codes', csv: 'list;code\nx' })
    expect(await refusalOf(broken)).toMatchObject({ code: 'rules.unreadable' })
  })
})

describe('open cases', () => {
  test('stay on their version, are moved only when named, and say which version and row spoke', async () => {
    const [id, other] = [await caseWith(spine.owner), await caseWith(spine.owner)]
    await route(spine, [id, other])
    const before = await readRoutingExplanation(spine.web, supervisor, id)
    const current = (await listRules(spine.web, anna, 'routing')).find((one) => one.inForce)
    const { csv, examples } = await readRuleVersion(spine.web, anna, current?.id ?? 0)
    const next = await draftRules(spine.web, anna, {
      kind: 'routing',
      csv: csv.replace('Skyddade', 'Dolda'),
      examples,
    })
    await reviewRules(spine.web, bo, next.id)
    await publishRules(spine.web, anna, next.id, '2026-11-26')
    await route(spine, [id])
    expect((await readRoutingExplanation(spine.web, supervisor, id)).version).toBe(before.version)

    const shown = await listMovable(spine.web, supervisor, next.id, { limit: 100, page: 1 })
    expect(shown.map((one) => one.id)).toEqual(expect.arrayContaining([id, other]))
    expect(shown[0]).toMatchObject({ owner: 'GAN/GAN-FS', newOwner: 'GAN/GAN-FS' })
    expect((await moveCases(spine.web, supervisor, next.id, [id])).moved).toEqual([id])
    expect((await moveCases(spine.web, supervisor, next.id, [id])).moved).toEqual([])
    await spine.drain()
    expect(spine.failures).toEqual([])
    expect((await readRoutingExplanation(spine.web, supervisor, id)).version).toBe(next.version)
    expect((await readRoutingExplanation(spine.web, supervisor, other)).version).toBe(before.version)
  })

  test('another committee neither sees the list nor moves what is not its own', async () => {
    const current = (await listRules(spine.web, anna, 'routing')).find((one) => one.inForce)
    const stranger = actorIn('VON', 'supervisor')
    expect(await listMovable(spine.web, stranger, current?.id ?? 0, { limit: 100, page: 1 })).toEqual([])
    const mine = await listMovable(spine.web, supervisor, current?.id ?? 0, { limit: 100, page: 1 })
    expect(mine.length).toBeGreaterThan(0)
    const moved = await moveCases(
      spine.web,
      stranger,
      current?.id ?? 0,
      mine.map((one) => one.id),
    )
    expect(moved.moved).toEqual([])
  })
})
