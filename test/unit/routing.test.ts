// Who owns a case: gates first, the first owner row that matches, every add row that matches, and why.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import { explainRouting } from '../../shared/domain/routing-explanation.ts'
import { INPUTS } from '../../shared/domain/routing-facts.ts'
import type { RoutingFacts } from '../../shared/domain/routing-facts.ts'
import { parseRoutingTable } from '../../shared/domain/routing-table.ts'
import { compileRoutingTable, decideRouting } from '../../shared/domain/routing.ts'
import { anyFacts, anyRules, sheetOf } from '../support/routing-arbitraries.ts'
import type { Rule } from '../support/routing-arbitraries.ts'
import { children, fallback, gate, tableOf } from '../support/routing-sheet.ts'
import type { Cells } from '../support/routing-sheet.ts'

const compiled = (...rows: Cells[]) => compileRoutingTable(tableOf(...rows))
const facts = (told: Partial<RoutingFacts> = {}): RoutingFacts => ({ ...ORDINARY_FACTS, ...told })
/** The hit policy once more, as slowly and plainly as it can be written. */
function plainly(rules: readonly Rule[], told: RoutingFacts) {
  const matching = rules.filter((rule) => rule.cells.every((cell) => cell.isTrue(told)))
  const gated = matching.find((rule) => rule.kind === 'GATE')
  const spoke = gated ?? matching.find((rule) => rule.kind === 'OWNER')
  const adds = matching.filter((rule) => rule.kind === 'ADD' && (!gated || rule.behindGate))
  const others = adds.filter((rule) => rule.unit !== spoke?.unit)
  return {
    gate: gated?.number ?? null,
    row: spoke?.number ?? null,
    unit: spoke?.unit ?? null,
    called: [...new Set(others.map((rule) => rule.unit))],
    also: adds.filter((rule) => rule.unit === spoke?.unit).map((rule) => rule.number),
  }
}

describe('hit policy', () => {
  test('gates first, then the first owner row, and every add row: as a second, plain reading of the sheet says', () => {
    fc.assert(
      fc.property(anyRules, fc.array(anyFacts, { minLength: 5, maxLength: 25 }), (rules, cases) => {
        const { table, problems } = parseRoutingTable(sheetOf(rules))
        expect(problems).toEqual([])
        const ready = compileRoutingTable(table)
        for (const told of cases) {
          const decision = decideRouting(told, ready)
          expect({
            gate: decision.gate,
            row: decision.row,
            unit: decision.owners[0]?.unit ?? null,
            called: decision.additions.map((addition) => addition.unit),
            also: decision.alsoRows,
          }).toEqual(plainly(rules, told))
        }
      }),
      { numRuns: 150 },
    )
  })

  test('the row number decides the order, not the place in the file', () => {
    const table = compiled(fallback, children)
    expect(decideRouting(facts({ childrenInHousehold: 'yes' }), table).row).toBe(20)
  })

  test('a table without a matching row gives no owner instead of a guessed one', () => {
    const decision = decideRouting(facts(), compiled(children))
    expect(decision).toMatchObject({ owners: [], row: null, isDefault: false })
  })

  test('the last row without conditions is told apart as the default', () => {
    expect(decideRouting(facts(), compiled(children, fallback))).toMatchObject({ row: 999, isDefault: true })
  })
})

describe('a protected person', () => {
  const add = { rad: '110', typ: 'ADD', barn: 'ja', namnd: 'SN', enhet: 'SN-BARN' }
  const landlord = { rad: '140', typ: 'ADD', hyresvard: 'ÖBO AB', namnd: 'SN', enhet: 'SN-BOKONS' }
  const told = facts({
    protectedIdentity: true,
    childrenInHousehold: 'yes',
    landlord: { organisationNumber: null, name: 'öbo  ab' },
  })

  test('goes to the restricted queue and to nobody else', () => {
    const decision = decideRouting(told, compiled(gate, children, add, landlord, fallback))
    expect(decision).toMatchObject({ gate: 5, row: 5, owners: [{ unit: 'SN-SKYDD' }], additions: [] })
  })

  test('only rows that say so speak behind the gate', () => {
    const decision = decideRouting(
      told,
      compiled(gate, children, { ...add, bakom_grind: 'ja' }, landlord, fallback),
    )
    expect(decision.additions.map((addition) => addition.unit)).toEqual(['SN-BARN'])
  })
})

describe('a known client', () => {
  const own = { rad: '10', typ: 'OWNER', aktuell_hos: 'en', person: 'egen handläggare' }
  const both = { rad: '20', typ: 'OWNER', aktuell_hos: 'flera + SN', namnd: 'SN', person: 'egen handläggare' }
  const others = { rad: '105', typ: 'ADD', aktuell_hos: 'flera', person: 'övriga handläggare' }
  const atVon = { committee: 'VON', unit: 'VON-BIST', caseworker: 'von-1' }
  const atSn = { committee: 'SN', unit: 'SN-MOTT', caseworker: 'sn-1' }

  test('goes to the own caseworker', () => {
    const decision = decideRouting(facts({ clientOf: [atVon] }), compiled(own, both, others, fallback))
    expect(decision.owners).toEqual([{ committee: 'VON', unit: 'VON-BIST', person: 'von-1' }])
  })

  test('of two committees goes to the one the row names, and the other caseworker is called in', () => {
    const decision = decideRouting(facts({ clientOf: [atVon, atSn] }), compiled(own, both, others, fallback))
    expect(decision.owners).toEqual([{ committee: 'SN', unit: 'SN-MOTT', person: 'sn-1' }])
    expect(decision.additions.map(({ committee, person }) => ({ committee, person }))).toEqual([
      { committee: 'VON', person: 'von-1' },
    ])
  })
})

test('two committees can own together', () => {
  const joint = {
    rad: '20',
    typ: 'OWNER',
    behov: 'långvarigt hemlös',
    namnd: 'VON + SN',
    enhet: 'VON-BF + SN-BF',
  }
  const decision = decideRouting(facts({ needs: ['long-term-homeless'] }), compiled(joint, fallback))
  expect(decision.owners.map((owner) => owner.unit)).toEqual(['VON-BF', 'SN-BF'])
})

test('a unit that several rows call in is called in once, with all their tasks', () => {
  const first = {
    rad: '120',
    typ: 'ADD',
    manader_obetalda: '>=1',
    namnd: 'SN',
    enhet: 'SN-BOS',
    uppgifter: 'T2',
  }
  const second = { rad: '121', typ: 'ADD', upprepad: 'ja', namnd: 'SN', enhet: 'SN-BOS', uppgifter: 'T2, T4' }
  const decision = decideRouting(facts({ repeatWithin12Months: true }), compiled(first, second, fallback))
  expect(decision.additions).toHaveLength(1)
  expect(decision.additions[0]).toMatchObject({ row: 120, rows: [120, 121], templates: ['T2', 'T4'] })
})

test('an add row without a unit gives its tasks to the owner', () => {
  const tasks = { rad: '200', typ: 'ADD', anmalan: 'uppsägning hyra', uppgifter: 'T2' }
  const decision = decideRouting(facts(), compiled(tasks, { ...fallback, uppgifter: 'T1' }))
  expect(decision).toMatchObject({ templates: ['T1', 'T2'], alsoRows: [200], additions: [] })
})

test('an unknown age is no age: only a row that says okänd takes it', () => {
  const elderly = { rad: '30', typ: 'OWNER', alder: '>=65', namnd: 'VON', enhet: 'VON-BIST' }
  const adult = { rad: '40', typ: 'OWNER', alder: '>=18, okänd', namnd: 'SN', enhet: 'SN-MOTT' }
  expect(decideRouting(facts({ age: null }), compiled(elderly, adult, fallback)).row).toBe(40)
})

describe('explanation', () => {
  const elderly = {
    rad: '30',
    typ: 'OWNER',
    anmalan: 'uppsägning hyra',
    alder: '>=65',
    namnd: 'VON',
    enhet: 'VON-BIST',
  }

  test('says which values the row spoke on', () => {
    const { values } = explainRouting(facts({ age: 82 }), compiled(elderly, fallback))
    expect(values.map(({ column, condition, value }) => [column, condition, value])).toEqual([
      ['anmalan', 'uppsägning hyra', 'uppsägning hyra'],
      ['alder', '>=65', '82'],
    ])
  })

  test('names each earlier row that did not match, the column and the value', () => {
    const { decision, notMatched } = explainRouting(
      facts({ age: 43 }),
      compiled(gate, children, elderly, fallback),
    )
    expect(decision.row).toBe(999)
    expect(notMatched.map(({ row, column }) => [row, column])).toEqual([
      [5, 'skyddad'],
      [20, 'barn'],
      [30, 'alder'],
    ])
    expect(notMatched[2]?.why.sv).toBe('Ålder är ”43”, raden kräver ”>=65”.')
  })

  test('tells that a gate kept a matching row silent', () => {
    const add = { rad: '110', typ: 'ADD', barn: 'ja', namnd: 'SN', enhet: 'SN-BARN' }
    const { notMatched } = explainRouting(
      facts({ protectedIdentity: true, childrenInHousehold: 'yes' }),
      compiled(gate, add, fallback),
    )
    expect(notMatched).toMatchObject([{ row: 110, column: 'bakom_grind' }])
  })

  test('explains exactly the rows that did not speak before the one that did', () => {
    fc.assert(
      fc.property(anyRules, anyFacts, (rules, told) => {
        const { table } = parseRoutingTable(sheetOf(rules))
        const { decision, notMatched } = explainRouting(told, compileRoutingTable(table))
        const spoke = plainly(rules, told)
        expect(decision.row).toBe(spoke.row)
        expect(notMatched.map((entry) => entry.row)).not.toContain(spoke.row)
        for (const { row, column } of notMatched) {
          const cell = rules.find((rule) => rule.number === row)?.cells.find((one) => one.column === column)
          expect(column === 'bakom_grind' || cell?.isTrue(told) === false).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })
})

test('a hundred thousand decisions by two hundred rows take about a second at most', () => {
  const rows = Array.from({ length: 199 }, (_, at) => ({
    rad: String(at + 1),
    typ: at % 4 === 3 ? 'ADD' : 'OWNER',
    anmalan: at % 2 === 0 ? 'uppsägning hyra, tidig skuld' : 'störning varning',
    alder: `${at % 90}..${(at % 90) + 3}`,
    belopp_kr: `${at * 100}..${at * 100 + 900}`,
    hyresvard: at % 3 === 0 ? `55999901${String(at % 100).padStart(2, '0')}` : '',
    namnd: 'SN',
    enhet: `SN-${at % 12}`,
  }))
  const table = compiled(...rows, fallback)
  const cases = Array.from({ length: 1000 }, (_, at) =>
    facts({
      noticeType: at % 2 === 0 ? 'rent-termination' : 'nuisance-warning',
      age: at % 95,
      amount: ((at * 37) % 20_000) * 100,
      landlord: { organisationNumber: `55999901${String(at % 100).padStart(2, '0')}`, name: 'Exempel AB' },
      clientOf: at % 3 === 0 ? [{ committee: 'SN', unit: 'SN-1', caseworker: null }] : [],
    }),
  )
  const before = process.cpuUsage()
  let owned = 0
  for (let turn = 0; turn < 100; turn += 1)
    for (const told of cases) owned += decideRouting(told, table).owners.length
  const seconds = process.cpuUsage(before).user / 1e6
  expect(owned).toBe(100_000)
  // Processor time, not the clock on the wall: the machine may be busy with something else.
  expect(seconds).toBeLessThan(4)
})

test('every input has a heading of its own and a name in both languages', () => {
  expect(new Set(INPUTS.map((input) => input.column)).size).toBe(INPUTS.length)
  for (const { label } of INPUTS) expect(label.sv.length * label.en.length).toBeGreaterThan(0)
})
