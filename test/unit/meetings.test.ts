// Proves the coordination meeting: which cases come to it by themselves, and which is taken first.
import { describe, expect, test } from '@jest/globals'
import { readDataFile } from '../../config/files.ts'
import { parseEscalation } from '../../shared/domain/escalation-ladder.ts'
import { agendaOf, reasonsToNominate } from '../../shared/domain/meetings.ts'
import type { AgendaCase, NominationFacts } from '../../shared/domain/meetings.ts'

const { table } = parseEscalation(readDataFile('1880-orebro/escalation.csv'))
const aHousehold = (over: Partial<NominationFacts> = {}): NominationFacts => ({
  monthsUnpaid: 1,
  repeatWithin12Months: false,
  nuisance: false,
  notReached: false,
  age: 40,
  needs: [],
  ...over,
})
const onAgenda = (caseId: string, over: Partial<AgendaCase> = {}): AgendaCase => ({
  caseId,
  nearestStop: '2026-12-15',
  children: false,
  nominatedOn: '2026-12-01',
  ...over,
})

describe('a case comes to the meeting by itself', () => {
  test.each<[string, Partial<NominationFacts>, string[]]>([
    ['not for one rent', {}, []],
    ['for new arrears within twelve months', { repeatWithin12Months: true }, ['repeat-debt']],
    ['for nuisance and debt together', { nuisance: true }, ['nuisance-and-debt']],
    ['not for a nuisance without debt', { nuisance: true, monthsUnpaid: 0 }, []],
    ['when the household is not reached', { notReached: true }, ['not-reached']],
    ['from 65 years', { age: 65 }, ['elderly']],
    ['not when the age is not known', { age: null }, []],
    ['for known mental ill health', { needs: ['mental-health'] }, ['mental-health']],
  ])('%s', (_, over, expected) => {
    expect(reasonsToNominate(aHousehold(over), table).map((reason) => reason.code)).toEqual(expected)
  })
})

test('the agenda takes the nearest stop first, then children, then the one that has waited longest', () => {
  const cases = [
    onAgenda('no-stop', { nearestStop: null }),
    onAgenda('waited', { nominatedOn: '2026-11-20' }),
    onAgenda('later'),
    onAgenda('children', { children: true }),
    onAgenda('near', { nearestStop: '2026-12-05' }),
  ]
  expect(agendaOf(cases).map((one) => one.caseId)).toEqual(['near', 'children', 'waited', 'later', 'no-stop'])
})
