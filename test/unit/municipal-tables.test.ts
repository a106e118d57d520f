// Proves the four municipalities' own tables: they read without a problem, agree with each other, and name faults plainly.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import { findCode, parseCodes } from '../../shared/domain/codes.ts'
import { parseCondition } from '../../shared/domain/condition.ts'
import { parseEscalation, parseDelay } from '../../shared/domain/escalation-ladder.ts'
import { parseDue } from '../../shared/domain/due-date.ts'
import { PLANNING_VOCABULARY } from '../../shared/domain/planning-facts.ts'
import { parseTaskTemplates } from '../../shared/domain/task-templates.ts'
import { parseChecklist, PHASES } from '../../shared/domain/visits.ts'

const municipalities = ['1880-orebro', '0180-norrmalm', '0880-kalmar', '0480-nykoping']

describe.each(municipalities)('the tables of %s', (folder) => {
  const { templates, problems } = parseTaskTemplates(readDataFile(`${folder}/tasks.csv`))
  const { table, problems: ladderProblems } = parseEscalation(readDataFile(`${folder}/escalation.csv`))
  const { codes, problems: codeProblems } = parseCodes(readDataFile(`${folder}/codes.csv`))

  test('read without a problem', () => {
    expect([...problems, ...ladderProblems, ...codeProblems]).toEqual([])
    expect(parseChecklist(readDataFile(`${folder}/visit-checklist.csv`)).problems).toEqual([])
  })

  test('have all of T1-T19, the contact ladder KL1-KL7 and the follow-ups', () => {
    const names = Array.from({ length: 19 }, (_, at) => `T${at + 1}`)
    expect(Object.keys(templates.applies)).toEqual(expect.arrayContaining([...names, 'F', 'S']))
    expect(templates.rows.filter((row) => row.template === 'KL').map((row) => row.task)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
    ])
    expect(templates.rows.filter((row) => row.template === 'F').map((row) => row.task)).toEqual([
      '30',
      '90',
      '180',
      '365',
    ])
  })

  test('children found in the register are noted in the case, and bring T3', () => {
    const row = templates.rows.find((one) => one.template === 'T2' && one.task === '2')
    expect(row?.outcomes['BARN_FINNS']).toEqual({
      kind: 'task',
      template: 'T3',
      task: null,
      note: 'children',
    })
  })

  test('every outcome of a task is a code that the municipality can explain', () => {
    const lists = ['contact-result', 'visit-result', 'task-result', 'not-done'] as const
    const used = new Set(templates.rows.flatMap((row) => Object.keys(row.outcomes)))
    expect([...used].filter((code) => !lists.some((list) => findCode(codes, list, code)))).toEqual([])
  })

  test('every ladder ends at the duty list, or repeats, so that no alert dies with one person', () => {
    for (const trigger of new Set(table.steps.map((step) => step.trigger))) {
      const steps = table.steps.filter((step) => step.trigger === trigger)
      const last = steps.at(-1)
      const reaches = steps.some(
        (step) => step.recipient === 'duty-list' || step.recipient === 'unit-supervisor',
      )
      expect([
        trigger,
        reaches,
        last?.repeat !== null || last?.recipient === 'duty-list' || steps.length === 1,
      ]).toEqual([trigger, true, true])
    }
  })
})

describe('a table with a fault', () => {
  const tasks = readDataFile('1880-orebro/tasks.csv')
  const faulty = (from: string, to: string) =>
    parseTaskTemplates(tasks.replace(from, to)).problems.map((problem) => problem.code)

  test.each([
    ['an unknown role', ';registrar;desk;M+1ad;', ';janitor;desk;M+1ad;', 'bad-role'],
    ['a due date that cannot be read', 'desk;M+1ad;', 'desk;snart;', 'bad-due'],
    ['a condition with an unknown word', 'alder>=65', 'langd>=65', 'bad-condition'],
    [
      'an outcome that leads to a task that is not there',
      'NADD_TACKAR_JA=T2/6',
      'NADD_TACKAR_JA=T2/66',
      'unknown-task',
    ],
    ['an outcome that teaches what nobody asks', 'T3+children', 'T3+pets', 'bad-outcomes'],
    ['two tasks of one name', 'T2;2;', 'T2;1;', 'duplicate-task'],
    ['an ending nobody knows', 'wrong-person;*', 'lost;*', 'bad-ends_on'],
    ['a missing column', 'due_fast', 'fast', 'missing-column'],
  ])('%s is named, and nothing is thrown', (_, from, to, code) => {
    expect(faulty(from, to)).toContain(code)
  })

  const ladder = readDataFile('1880-orebro/escalation.csv')
  test.each([
    ['a ladder that skips a step', 'referral-unanswered;2;', 'referral-unanswered;4;', 'broken-ladder'],
    [
      'a ladder that sinks',
      'unit-supervisor;3;Hänvisningen',
      'unit-supervisor;1;Hänvisningen',
      'broken-ladder',
    ],
    ['a handling nobody knows', 'first-answer|', 'seen|', 'bad-handled_by'],
    ['a promise that is gone', 'promise;referral;answer;', 'promise;referral;reply;', 'missing-promise'],
    ['a repetition that stands still', ';72h;1ad;', ';72h;-1ad;', 'bad-repeat'],
  ])('%s is named', (_, from, to, code) => {
    expect(parseEscalation(ladder.replace(from, to)).problems.map((problem) => problem.code)).toContain(code)
  })

  test('no text makes a reader throw', () => {
    const anyCell = fc.oneof(
      fc.string(),
      fc.constantFrom('t0+2ad', 'R-12d', 'barn=ja', '&', 'eller', 'a=b', '__proto__', 'constructor=ja'),
    )
    fc.assert(
      fc.property(anyCell, fc.string(), (cell, text) => {
        parseCondition(cell, PLANNING_VOCABULARY)
        parseDue(cell)
        parseDelay(cell)
        parseTaskTemplates(text)
        parseEscalation(text)
        parseCodes(text)
        parseChecklist(text)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the checklist of a home visit', () => {
  const { items } = parseChecklist(readDataFile('1880-orebro/visit-checklist.csv'))

  test('has all six parts', () => {
    expect(new Set(items.map((item) => item.phase))).toEqual(new Set(PHASES))
  })
})
