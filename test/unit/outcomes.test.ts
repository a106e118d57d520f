// Proves the closing: exactly one dated outcome with a source, and never "no contact" without having tried everything.
import { describe, expect, test } from '@jest/globals'
import { readDataFile } from '../../config/files.ts'
import { parseCodes } from '../../shared/domain/codes.ts'
import { mayClose } from '../../shared/domain/outcomes.ts'
import type { ClosingRequest, ClosingState } from '../../shared/domain/outcomes.ts'

const { codes } = parseCodes(readDataFile('1880-orebro/codes.csv'))
const ready = (over: Partial<ClosingState> = {}): ClosingState => ({
  closedWith: null,
  openTasks: 0,
  causeRecorded: true,
  reached: true,
  ladderLeft: [],
  approvedBy: null,
  evictionAhead: null,
  housingAfterRecorded: false,
  ...over,
})
const left = [{ sv: 'Aviserat hembesök av två personer', en: 'Announced home visit by two people' }]
const asked = (outcome: string, over: Partial<ClosingRequest> = {}): ClosingRequest => ({
  outcome,
  on: '2026-12-01',
  source: 'hyresvärden',
  requestedBy: 'eva',
  ...over,
})
const objections = (state: Partial<ClosingState>, request: ClosingRequest): string[] =>
  mayClose(ready(state), request, codes, '2026-12-01').map((one) => one.code)

describe('a case may be closed', () => {
  test.each<[string, Partial<ClosingState>, string, string[]]>([
    ['when the household was reached and helped', {}, 'BISTAND_SKULD', []],
    [
      'softly when the debt was paid before anybody was reached',
      { reached: false, ladderLeft: left },
      'BETALD_SJALV',
      [],
    ],
    ['not twice', { closedWith: 'BETALD_SJALV' }, 'BISTAND_SKULD', ['already-closed']],
    ['not with an outcome that is not in the list', {}, 'LOST', ['unknown-outcome']],
    ['not with open tasks', { openTasks: 2 }, 'BETALD_SJALV', ['open-tasks']],
    ['not without a cause', { causeRecorded: false }, 'BETALD_SJALV', ['cause-missing']],
    [
      'not with help granted to somebody never reached',
      { reached: false, ladderLeft: left },
      'BISTAND_SKULD',
      ['ladder-left', 'approval-missing'],
    ],
    [
      'not while an eviction date stands',
      { evictionAhead: '2027-01-13' },
      'BETALD_SJALV',
      ['eviction-ahead'],
    ],
    [
      'as an error or duplicate even then',
      { evictionAhead: '2027-01-13', reached: false },
      'FEL_DUBBLETT',
      [],
    ],
    ['as executed only when it is known where the household lives', {}, 'VERKSTALLD', ['housing-missing']],
    ['as executed when that is known', { housingAfterRecorded: true, reached: false }, 'VERKSTALLD', []],
  ])('%s', (_, state, outcome, expected) => {
    expect(objections(state, asked(outcome))).toEqual(expected)
  })

  test('not with a day ahead, and not without a source', () => {
    expect(objections({}, asked('BETALD_SJALV', { on: '2026-12-02', source: ' ' }))).toEqual([
      'date-ahead',
      'source-missing',
    ])
  })
})

describe('"ingen kontakt trots försök"', () => {
  const unreached = { reached: false }
  test.each<[string, Partial<ClosingState>, string[]]>([
    [
      'needs the ladder exhausted and an approval',
      { ...unreached, ladderLeft: left },
      ['ladder-left', 'approval-missing'],
    ],
    ['needs an approval', unreached, ['approval-missing']],
    ['needs the approval of somebody else', { ...unreached, approvedBy: 'eva' }, ['own-approval']],
    ['is refused when the tenant was reached', { approvedBy: 'maria' }, ['was-reached']],
    ['may be recorded with both', { ...unreached, approvedBy: 'maria' }, []],
  ])('%s', (_, state, expected) => {
    expect(objections(state, asked('INGEN_KONTAKT'))).toEqual(expected)
  })

  test('the refusal says what to do instead', () => {
    const [first] = mayClose(
      ready({ ...unreached, ladderLeft: left }),
      asked('INGEN_KONTAKT'),
      codes,
      '2026-12-01',
    )
    expect(first?.sentence.sv).toBe('Försök först: Aviserat hembesök av två personer.')
  })
})

describe('what an outcome means', () => {
  test('there are nineteen outcomes, each with a meaning and a rule for closing', () => {
    const outcomes = codes.filter((code) => code.list === 'outcome')
    expect(outcomes).toHaveLength(19)
    expect(
      outcomes.every((code) => code.keptHome !== null && code.hiddenMove !== null && code.closing !== null),
    ).toBe(true)
  })
})
