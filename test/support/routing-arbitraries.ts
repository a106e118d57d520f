// Random rules tables and cases whose meaning is known without the product's own parser: each cell comes with its truth.
import * as fc from 'fast-check'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import type { ClientAt, RoutingFacts } from '../../shared/domain/routing-facts.ts'
import { ROUTING_COLUMNS } from '../../shared/domain/routing-row.ts'

export type Cell = { column: string; text: string; isTrue: (facts: RoutingFacts) => boolean }
export type Rule = {
  number: number
  kind: 'GATE' | 'OWNER' | 'ADD'
  cells: Cell[]
  unit: string
  behindGate: boolean
}

const TYPES: [string, string][] = [
  ['tidig skuld', 'early-arrears'],
  ['uppsägning hyra', 'rent-termination'],
  ['störning varning', 'nuisance-warning'],
  ['elavstängning', 'power-cutoff'],
]
const LANDLORDS = ['5599990101', '5599990119', '5599990127']
const NEEDS: [string, string][] = [
  ['lss', 'lss'],
  ['missbruk', 'addiction'],
  ['hemlös', 'homeless'],
]
const COMMITTEES = ['SN', 'VON', 'GAN']

const column = (name: string, made: fc.Arbitrary<Omit<Cell, 'column'>>): fc.Arbitrary<Cell> =>
  made.map((cell) => ({ column: name, ...cell }))

function words(
  name: string,
  choices: readonly [string, string][],
  read: (facts: RoutingFacts) => string,
): fc.Arbitrary<Cell> {
  const chosen = fc.tuple(
    fc.subarray([...choices], { minLength: 1, maxLength: choices.length - 1 }),
    fc.boolean(),
  )
  return column(
    name,
    chosen.map(([picked, except]) => {
      const list = picked.map(([word]) => word).join(', ')
      const codes = new Set(picked.map(([, code]) => code))
      return {
        text: except ? `inte(${list})` : list,
        isTrue: (facts) => codes.has(read(facts)) !== except,
      }
    }),
  )
}

function numbers(
  name: string,
  most: number,
  read: (facts: RoutingFacts) => number | null,
): fc.Arbitrary<Cell> {
  const limit = fc.integer({ min: 0, max: most })
  const known = (test: (value: number) => boolean) => (facts: RoutingFacts) => {
    const value = read(facts)
    return value !== null && test(value)
  }
  return column(
    name,
    fc.oneof(
      limit.map((n) => ({ text: `>=${n}`, isTrue: known((value) => value >= n) })),
      limit.map((n) => ({ text: `<${n}`, isTrue: known((value) => value < n) })),
      limit.map((n) => ({ text: `${n}`, isTrue: known((value) => value === n) })),
      fc
        .tuple(limit, limit)
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
        .map(([low, high]) => ({
          text: `${low}..${high}, okänd`,
          isTrue: (facts: RoutingFacts) =>
            read(facts) === null || known((value) => value >= low && value <= high)(facts),
        })),
      limit.map((n) => ({
        text: `inte(>=${n})`,
        isTrue: (facts: RoutingFacts) => !known((value) => value >= n)(facts),
      })),
    ),
  )
}

const landlord = words(
  'hyresvard',
  LANDLORDS.map((number) => [`${number.slice(0, 6)}-${number.slice(6)}`, number]),
  (facts) => facts.landlord.organisationNumber ?? '',
)

const needs = column(
  'behov',
  fc
    .tuple(fc.array(fc.subarray(NEEDS, { minLength: 1 }), { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([any, except]) => {
      const list = any.map((all) => all.map(([word]) => word).join(' + ')).join(', ')
      const hit = (facts: RoutingFacts) =>
        any.some((all) => all.every(([, code]) => facts.needs.includes(code)))
      return { text: except ? `inte(${list})` : list, isTrue: (facts) => hit(facts) !== except }
    }),
)

const places = (facts: RoutingFacts): Set<string> => new Set(facts.clientOf.map((client) => client.committee))
const COUNTS: Record<string, (facts: RoutingFacts) => boolean> = {
  ingen: (facts) => places(facts).size === 0,
  någon: (facts) => places(facts).size > 0,
  en: (facts) => places(facts).size === 1,
  flera: (facts) => places(facts).size > 1,
}
const clients = column(
  'aktuell_hos',
  fc.constantFrom(...Object.keys(COUNTS), ...COMMITTEES, 'SN/SN-A').map((text) => ({
    text,
    isTrue:
      COUNTS[text] ??
      ((facts) =>
        facts.clientOf.some((at) => at.committee === text || `${at.committee}/${at.unit}` === text)),
  })),
)

const postal = column(
  'postnr',
  fc.constantFrom('702', '7021', '7').map((prefix) => ({
    text: `${prefix}*`,
    isTrue: (facts) => facts.postalCode?.startsWith(prefix) ?? false,
  })),
)

const yes = (value: boolean): string => (value ? 'yes' : 'no')
const YES_NO: [string, string][] = [
  ['ja', 'yes'],
  ['nej', 'no'],
]

const ordinaryCells = [
  words('anmalan', TYPES, (facts) => facts.noticeType),
  words('barn', [...YES_NO, ['okänt', 'unknown']], (facts) => facts.childrenInHousehold),
  words('upprepad', YES_NO, (facts) => yes(facts.repeatWithin12Months)),
  numbers('alder', 90, (facts) => facts.age),
  numbers('dagar_kvar', 30, (facts) => facts.daysLeft),
  numbers('belopp_kr', 200, (facts) => (facts.amount === null ? null : facts.amount / 100)),
  landlord,
  needs,
  clients,
  postal,
]
const gateCells = [
  words('skyddad', YES_NO, (facts) => yes(facts.protectedIdentity)),
  words('vald', YES_NO, (facts) => yes(facts.violence)),
]

/** At most one cell per column, possibly none. */
const someCells = (cells: fc.Arbitrary<Cell>[], most: number): fc.Arbitrary<Cell[]> =>
  fc
    .subarray(
      cells.map((_, at) => at),
      { maxLength: Math.min(most, cells.length) },
    )
    .chain((picked) => fc.tuple(...picked.flatMap((at) => cells[at] ?? [])))

const UNITS = ['SN-A', 'SN-B', 'VON-A', 'GAN-A']

const rule: fc.Arbitrary<Omit<Rule, 'number'>> = fc
  .tuple(
    fc.constantFrom('GATE' as const, 'OWNER' as const, 'OWNER' as const, 'OWNER' as const, 'ADD' as const),
    fc.constantFrom(...UNITS),
    fc.boolean(),
  )
  .chain(([kind, unit, behind]) =>
    someCells(kind === 'GATE' ? gateCells : ordinaryCells, 3).map((cells) => ({
      kind,
      unit,
      cells,
      behindGate: behind && kind === 'ADD',
    })),
  )

/** Rules numbered 10, 20, 30 … in the order of the file. */
export const anyRules: fc.Arbitrary<Rule[]> = fc
  .array(rule, { minLength: 1, maxLength: 45 })
  .map((rules) => rules.map((one, at) => ({ ...one, number: (at + 1) * 10 })))

/** The sheet of these rules. */
export function sheetOf(rules: readonly Rule[]): string {
  const lines = rules.map(({ number, kind, cells, unit, behindGate }) => {
    const values: Record<string, string> = {
      rad: String(number),
      typ: kind,
      namnd: unit.split('-')[0] ?? '',
      enhet: unit,
      bakom_grind: behindGate ? 'ja' : '',
      skal_sv: `rad ${number}`,
      skal_en: `row ${number}`,
      grund: 'INF',
      ...Object.fromEntries(cells.map((cell) => [cell.column, cell.text])),
    }
    return ROUTING_COLUMNS.map((name) => values[name] ?? '').join(';')
  })
  return [ROUTING_COLUMNS.join(';'), ...lines].join('\n')
}

const client: fc.Arbitrary<ClientAt> = fc.record({
  committee: fc.constantFrom(...COMMITTEES, 'FSN'),
  unit: fc.constantFrom('SN-A', null),
  caseworker: fc.constant(null),
})

export const anyFacts: fc.Arbitrary<RoutingFacts> = fc
  .record({
    noticeType: fc.constantFrom(...TYPES.map(([, code]) => code), 'other'),
    childrenInHousehold: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
    repeatWithin12Months: fc.boolean(),
    age: fc.option(fc.integer({ min: 0, max: 95 })),
    daysLeft: fc.option(fc.integer({ min: -5, max: 35 })),
    amount: fc.option(fc.integer({ min: 0, max: 210 }).map((kronor) => kronor * 100)),
    landlord: fc
      .constantFrom(...LANDLORDS, '5599990135')
      .map((organisationNumber) => ({ organisationNumber, name: 'Exempel AB' })),
    needs: fc.subarray(NEEDS.map(([, code]) => code)),
    clientOf: fc.array(client, { maxLength: 3 }),
    postalCode: fc.option(fc.constantFrom('70210', '70345', '11122')),
    protectedIdentity: fc.boolean(),
    violence: fc.boolean(),
  })
  .map((told) => Object.assign({}, ORDINARY_FACTS, told))
