// A fifth municipality is a folder of files and no code; and a folder that does not hang together says where.
import { describe, expect, test } from '@jest/globals'
import { readMunicipalityFolder } from '../../shared/domain/municipality.ts'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import { compileRoutingTable, decideRouting } from '../../shared/domain/routing.ts'

/** Arboga as an officer might write it: two committees, four rules, only the columns they use. */
const ARBOGA: Record<string, string> = {
  'municipality.json': JSON.stringify({
    code: '1984',
    name: 'Arboga kommun',
    defaultCommittee: 'SN',
    defaultUnit: 'SN-IFO',
    postalRanges: [['73200', '73299']],
    timeZone: 'Europe/Stockholm',
    workingTime: { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '16:30', closedDays: ['2026-06-05'] },
    registerOpenings: { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '16:00' },
    earlyArrearsEnabled: true,
    thresholds: { elderlyAge: 67 },
  }),
  'committees.csv':
    'code;name_sv;name_en\nSN;Socialnämnden;Social Committee\nVON;Vård- och omsorgsnämnden;Care Committee\n',
  'units.csv': `code;committee;name_sv;name_en;kind;email;capacity_per_month
SN-IFO;SN;Individ- och familjeomsorgen;Individual and family care;reception;ifo@arboga.example;30
SN-SKYDD;SN;Skyddade ärenden;Restricted cases;restricted;skydd@arboga.example;
VON-BIST;VON;Biståndsenheten;Care managers;reception;bist@arboga.example;12
`,
  'landlords.csv': 'organisation_number;name;kind\n559999-0903;Bostaden Exempel AB;public\n',
  'routing.csv': `rad;typ;skyddad;alder;postnr;namnd;enhet;svar_arbetsdagar;skal_sv;skal_en;grund
1;GATE;ja;;;SN;SN-SKYDD;1;Skyddad;Protected;INF
10;OWNER;;>=67;;VON;VON-BIST;2;67 år eller äldre;67 or older;beslut 2026
20;OWNER;;;7323*;SN;SN-IFO;2;Medåker;Medåker;beslut 2026
999;OWNER;;;;SN;SN-IFO;2;Övriga;All others;beslut 2026
`,
  'routing-cases.csv': `fall;alder;postnr;skyddad;agare;tillagg;regel
Äldre;70;;;VON/VON-BIST;;10
Vuxen;40;;;SN/SN-IFO;;999
Medåker;40;732 31;;SN/SN-IFO;;20
Skyddad äldre;80;;ja;SN/SN-SKYDD;;1
`,
}
const folder = (changed: Record<string, string> = {}) =>
  readMunicipalityFolder(new Map(Object.entries({ ...ARBOGA, ...changed })))
const edited = (file: string, from: string, to: string) => ({
  [file]: (ARBOGA[file] ?? '').replace(from, to),
})

test('a made-up fifth municipality reads, checks and decides without a line of code', () => {
  const arboga = folder()
  expect(arboga.problems.filter((problem) => problem.severity === 'error')).toEqual([])
  expect(arboga.settings).toMatchObject({ code: '1984', earlyArrearsEnabled: true })
  expect(arboga.units.map((unit) => unit.capacityPerMonth)).toEqual([30, null, 12])
  const decision = decideRouting({ ...ORDINARY_FACTS, age: 70 }, compileRoutingTable(arboga.routing))
  expect(decision).toMatchObject({ owners: [{ committee: 'VON', unit: 'VON-BIST' }], row: 10 })
})

describe('a folder that does not hang together', () => {
  test.each<[string, Record<string, string>, { file: string; code: string }]>([
    [
      'a rule sends to a unit that is not in units.csv',
      edited('units.csv', 'VON-BIST', 'VON-BORT'),
      { file: 'routing.csv', code: 'unknown-unit' },
    ],
    [
      'the default row is gone',
      edited('routing.csv', '999;OWNER', '998;ADD'),
      { file: 'routing.csv', code: 'missing-default' },
    ],
    [
      'an example no longer comes out',
      edited('routing.csv', '>=67', '>=75'),
      { file: 'routing-cases.csv', code: 'example-fails' },
    ],
    [
      'an example cannot be read',
      edited('routing-cases.csv', ';70;', ';gammal;'),
      { file: 'routing-cases.csv', code: 'unreadable-value' },
    ],
    [
      'a unit belongs to no committee',
      edited('committees.csv', 'VON;', 'OMS;'),
      { file: 'units.csv', code: 'unknown-committee' },
    ],
    [
      'the default unit does not exist',
      edited('municipality.json', '"SN-IFO"', '"SN-X"'),
      { file: 'municipality.json', code: 'unknown-unit' },
    ],
    [
      'the opening hour is no hour',
      edited('municipality.json', '16:30', '25:30'),
      { file: 'municipality.json', code: 'bad-setting' },
    ],
    [
      'the settings are no JSON',
      { 'municipality.json': '{' },
      { file: 'municipality.json', code: 'malformed-json' },
    ],
    [
      'a landlord is of no known kind',
      edited('landlords.csv', 'public', 'kommunal'),
      { file: 'landlords.csv', code: 'unknown-value' },
    ],
    [
      'a column is missing',
      edited('units.csv', ';kind', ';sort'),
      { file: 'units.csv', code: 'missing-column' },
    ],
    ['a file is missing', { 'committees.csv': '' }, { file: 'committees.csv', code: 'empty-file' }],
  ])('%s: told with the file', (_, changed, problem) => {
    const errors = folder(changed).problems.filter((one) => one.severity === 'error')
    expect(errors).toEqual(expect.arrayContaining([expect.objectContaining(problem)]))
  })
})
