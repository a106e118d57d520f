// Letters, visit teams and meeting series as tables in versions: changed together, published by another, and what follows from it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Actor } from '../../shared/casework/act.ts'
import { saveLetterTexts, type LetterChange } from '../../shared/casework/letter-drafts.ts'
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import { makeLetter, readLetter } from '../../shared/casework/letters.ts'
import {
  dropRuleDraft,
  handOverRuleDraft,
  openRuleDraft,
  putDraftSheet,
  readRuleDraft,
  removeDraftRow,
  saveDraftRow,
} from '../../shared/casework/rule-drafts.ts'
import { publishRules, reviewRules } from '../../shared/casework/rules.ts'
import { readPerson } from '../../shared/casework/people-changes.ts'
import { listVisitors, saveVisitorTerms } from '../../shared/casework/visitor-terms.ts'
import type { RuleKind } from '../../shared/casework/settings.ts'
import { bodyOfCell } from '../../shared/domain/letter-sheet.ts'
import type { LetterLanguage } from '../../shared/domain/letter-template.ts'
import { printed, readTableRows, rowOf } from '../../shared/domain/table-edit.ts'
import { caseOf, landlordOf, noticeFor, staffActor } from '../support/deadline-case.ts'
import { administratorIn, refusalOf } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
let anna: Actor
let bo: Actor
let today: string
beforeAll(async () => {
  spine = await openSpine()
  anna = await administratorIn(spine.owner, 'anna')
  bo = await administratorIn(spine.owner, 'bo')
  const { rows } = await sql<{ today: string }>`select clock_today()::text as today`.execute(spine.owner)
  today = rows[0]!.today
})
afterAll(() => spine.close())

const tableIn = async (kind: RuleKind) =>
  readTableRows(kind, (await openRuleDraft(spine.web, anna, kind)).csv)
const rowIn = async (kind: RuleKind, key: string) => rowOf(await tableIn(kind), key)
const findings = async (kind: RuleKind) => (await readRuleDraft(spine.web, anna, kind))?.findings ?? []

async function publish(kind: RuleKind) {
  const { id } = await handOverRuleDraft(spine.web, anna, kind, 'Prov')
  expect(await refusalOf(reviewRules(spine.web, anna, id))).toMatchObject({ code: 'review.own' })
  await reviewRules(spine.web, bo, id)
  return publishRules(spine.web, bo, id, today)
}

describe('letters', () => {
  const text = (body: string) => ({ name: 'Första kontakt', subject: 'Hej {name}', body })
  const change = async (language: LetterLanguage, body: string | null): Promise<LetterChange> => {
    const row = await rowIn('letters', `first-contact/${language}`)
    return { language, seen: row ? printed(row.cells) : '', text: body === null ? null : text(body) }
  }
  const bodyIn = async (language: LetterLanguage) => {
    const cells = (await rowIn('letters', `first-contact/${language}`))?.cells
    return cells && bodyOfCell(cells.at(-1) ?? '')
  }

  test('of several languages are saved together; twice is once, and lines and signs stay as written', async () => {
    const body = '# Hjälp; "nu"; och; sen\n\n- ett;\n- två\n\n=Ring {phone}'
    const changes = [await change('sv', body), await change('en', 'Call {phone}.')]
    expect(await saveLetterTexts(spine.web, anna, 'first-contact', changes)).toEqual({ saved: true })
    expect(await saveLetterTexts(spine.web, anna, 'first-contact', changes)).toEqual({ saved: true })
    expect([await bodyIn('sv'), await bodyIn('en')]).toEqual([body, 'Call {phone}.'])
    expect(await findings('letters')).toEqual([])
  })

  test('that a colleague has changed meanwhile are not written over, nor the other languages of the form', async () => {
    const [mine, other] = [await change('sv', 'Bos text.'), await change('en', 'Bo’s text.')]
    await saveLetterTexts(spine.web, anna, 'first-contact', [await change('en', 'Anna’s text.')])
    const saved = await saveLetterTexts(spine.web, bo, 'first-contact', [mine, other])
    expect(saved).toMatchObject({ saved: false, language: 'en', by: 'anna' })
    expect(await bodyIn('sv')).toContain('=Ring {phone}')
    expect(await bodyIn('en')).toBe('Anna’s text.')
  })

  test('lose a language on purpose and get it back; two who add one at once do not make two', async () => {
    await saveLetterTexts(spine.web, anna, 'first-contact', [await change('sv-easy', null)])
    expect(await bodyIn('sv-easy')).toBeUndefined()
    const both = [{ language: 'sv-easy' as const, seen: '', text: text('Ring {phone}.') }]
    const saved = await Promise.all(
      [anna, bo].map((who) => saveLetterTexts(spine.web, who, 'first-contact', both)),
    )
    expect(saved.some((one) => one.saved)).toBe(true)
    expect((await tableIn('letters')).rows.filter(({ key }) => key === 'first-contact/sv-easy')).toHaveLength(
      1,
    )
    expect(await findings('letters')).toEqual([])
  })

  test('made after publication say the new words and version; those made before keep theirs', async () => {
    const { id: noticeId } = await landlordOf(() => spine).send(noticeFor(1))
    const caseId = (await caseOf(spine, noticeId)).id
    const worker = await staffActor(spine, caseId, 'caseworker')
    const make = async (key: string) => {
      const templates = await lettersInForce(spine.web)
      const template = templates.find((one) => one.id === 'first-contact' && one.language === 'sv')!
      const wish = { caseId, template, templates, written: { phone: '019' }, key, checkedSafe: false }
      const { id } = await makeLetter(spine.web, spine.tools, worker, wish)
      return id
    }
    const before = await make('ett')
    await publish('letters')
    const after = await make('två')
    const read = (id: string) => readLetter(spine.web, spine.tools, worker, { caseId, id })
    expect(await read(before)).toMatchObject({ version: 1, subject: 'Vi vill hjälpa dig att bo kvar' })
    expect(await read(after)).toMatchObject({ version: 2, subject: 'Hej Vera Exempel 1' })
  })

  test.each<[string, (csv: string) => string, string]>([
    [
      'leaves out a letter the law asks for',
      (csv) => csv.replace(/^undertaking;.*\r\n/gm, ''),
      'letter.law-needs',
    ],
    [
      'sends it to somebody else',
      (csv) =>
        csv
          .replaceAll('undertaking;sv;landlord', 'undertaking;sv;tenant')
          .replaceAll('undertaking;en;landlord', 'undertaking;en;tenant'),
      'letter.law-fixes',
    ],
    [
      'no longer names what the law asks',
      (csv) => csv.replace(/(^undertaking;.*)\{periods\}/m, '$1okänt'),
      'bad-letter',
    ],
    ['names what no letter knows', (csv) => csv.replace('{phone}', '{personnummer}'), 'bad-letter'],
    ['has a language twice', (csv) => csv.replace('first-contact;en', 'first-contact;sv'), 'letter.twice'],
    ['has no Swedish', (csv) => csv.replace(/^home-visit;sv;.*\r\n/m, ''), 'letter.no-swedish'],
  ])('a sheet that %s stops publication', async (_what, mend, code) => {
    const { csv } = await openRuleDraft(spine.web, anna, 'letters')
    expect(mend(csv)).not.toBe(csv)
    await putDraftSheet(spine.web, anna, 'letters', { csv: mend(csv) })
    const found = await findings('letters')
    expect(found.map((one) => one.code)).toContain(code)
    expect(found.every(({ reason }) => reason.sv !== '' && reason.en !== '')).toBe(true)
    await dropRuleDraft(spine.web, anna, 'letters')
  })
})

describe('visit teams and meeting series', () => {
  const save = async (kind: RuleKind, key: string, change: Record<string, string>) => {
    const table = await tableIn(kind)
    const row = rowOf(table, key)!
    const cells = row.cells.map((cell, at) => change[table.columns[at] ?? ''] ?? cell)
    return saveDraftRow(spine.web, anna, kind, { key, seen: printed(row.cells), cells, after: null })
  }

  test('are what their sheet says the day it is published: changed, added and ended', async () => {
    await save('visit-teams', 'GAN-BESOK', { visits_per_day: '1', areas: '702' })
    const gone = (await rowIn('visit-teams', 'VON-BESOK'))!
    await removeDraftRow(spine.web, anna, 'visit-teams', { key: gone.key, seen: printed(gone.cells) })
    await publish('visit-teams')
    const teams =
      await sql`select unit, visits_per_day, areas from visit_team where unit in ('GAN-BESOK', 'VON-BESOK')`.execute(
        spine.web,
      )
    expect(teams.rows).toEqual([{ unit: 'GAN-BESOK', visitsPerDay: 1, areas: ['702'] }])

    await save('meetings', 'KVARBO', { time: '10:30' })
    const old = (await rowIn('meetings', 'PRIVATA'))!
    await removeDraftRow(spine.web, anna, 'meetings', { key: old.key, seen: printed(old.cells) })
    await publish('meetings')
    const series =
      await sql`select code, time, active from meeting_series where code in ('KVARBO', 'PRIVATA') order by code`.execute(
        spine.web,
      )
    expect(series.rows).toEqual([
      { code: 'KVARBO', time: '10:30', active: true },
      { code: 'PRIVATA', time: expect.any(String), active: false },
    ])
  })

  test.each<[RuleKind, string, Record<string, string>, string]>([
    ['visit-teams', 'SN-LOTS', { visits_per_day: 'många' }, 'bad-team'],
    ['visit-teams', 'SN-LOTS', { day_times: '10:30-09:00' }, 'bad-team'],
    ['visit-teams', 'SN-LOTS', { evening_times: 'kväll' }, 'bad-team'],
    ['visit-teams', 'SN-LOTS', { evenings: '8' }, 'bad-team'],
    ['visit-teams', 'SN-LOTS', { unit: 'SN-BORTA' }, 'unknown-unit'],
    ['visit-teams', 'SN-LOTS', { unit: 'GAN-BESOK' }, 'duplicate-code'],
    ['meetings', 'KVARBO', { first_day: '2026-02-30' }, 'bad-meeting'],
    ['meetings', 'KVARBO', { every_days: '0' }, 'bad-meeting'],
    ['meetings', 'KVARBO', { kind: 'fika' }, 'bad-meeting'],
    ['meetings', 'KVARBO', { units: 'SN-BORTA' }, 'unknown-unit'],
    ['meetings', 'KVARBO', { committee: 'XYZ' }, 'unknown-committee'],
    ['meetings', 'KVARBO', { landlord: '12' }, 'bad-meeting'],
  ])('%s: what is wrong with %s %j is named at its cell', async (kind, key, change, code) => {
    await save(kind, key, change)
    const found = await findings(kind)
    expect(found).toEqual([
      expect.objectContaining({ code, column: Object.keys(change)[0], severity: 'error' }),
    ])
    await dropRuleDraft(spine.web, anna, kind)
  })

  test('a visitor’s own terms hold before the team’s, kept once and written down; what does not fit is told at its field', async () => {
    const { id } = await spine.owner
      .insertInto('person')
      .values({
        subject: 'sub-besok',
        username: 'besok',
        name: 'Besök Sson',
        role: 'visitor',
        committee: 'SN',
        unit: 'SN-LOTS',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const wish = {
      goes: 'yes',
      visitsPerDay: '1',
      visitsPerWeek: '',
      weekdays: '2, 1',
      evenings: '',
      areas: '702 1',
    }
    await Promise.all([
      saveVisitorTerms(spine.web, anna, id, wish),
      saveVisitorTerms(spine.web, anna, id, wish),
    ])
    const mine = (await listVisitors(spine.web, anna)).find((one) => one.id === id)
    expect(mine).toMatchObject({
      visitsPerDay: 1,
      visitsPerWeek: 8,
      weekdays: [1, 2],
      areas: ['7021'],
      organisation: 'Örebro kommun',
    })
    const { changes } = await readPerson(spine.web, anna, id)
    expect(changes.map(({ what }) => what)).toEqual(['visits'])
    await spine.drain()
    expect(spine.failures).toEqual([])
    const bad = {
      goes: 'no',
      visitsPerDay: '0',
      visitsPerWeek: '99',
      weekdays: 'mån',
      evenings: '8',
      areas: 'Centrum',
    }
    const refusal = await refusalOf(saveVisitorTerms(spine.web, anna, id, bad))
    const fields = ['/visitsPerDay', '/visitsPerWeek', '/weekdays', '/evenings', '/areas']
    expect(refusal.problems.map(({ pointer }) => pointer)).toEqual(fields)
    await saveVisitorTerms(spine.web, anna, id, { ...wish, goes: 'no' })
    expect((await listVisitors(spine.web, anna)).some((one) => one.id === id)).toBe(false)
  })
})
