// A draft shown against the table in force: which cells differ, and which cases would get another owner.
import { expect, test } from '@jest/globals'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import type { RoutingFacts } from '../../shared/domain/routing-facts.ts'
import {
  diffRoutingTables,
  emptyRehearsal,
  expectedPerMonth,
  rehearseRouting,
} from '../../shared/domain/routing-rehearsal.ts'
import { compileRoutingTable } from '../../shared/domain/routing.ts'
import { children, fallback, tableOf } from '../support/routing-sheet.ts'

const elderly = {
  rad: '30',
  typ: 'OWNER',
  alder: '>=65',
  namnd: 'VON',
  enhet: 'VON-BIST',
  svar_arbetsdagar: '2',
}
const debt = { rad: '110', typ: 'ADD', manader_obetalda: '>=2', namnd: 'SN', enhet: 'SN-BOS' }
const inForce = tableOf(children, elderly, { ...fallback, svar_arbetsdagar: '5' })
const draft = tableOf(children, { ...elderly, alder: '>=70' }, debt, { ...fallback, svar_arbetsdagar: '5' })

const past = (id: string, told: Partial<RoutingFacts>) => ({ id, facts: { ...ORDINARY_FACTS, ...told } })

test('the difference names the row, the column and both cells', () => {
  expect(diffRoutingTables(inForce, draft)).toMatchObject([
    { kind: 'changed', row: 30, cells: [{ column: 'alder', before: '>=65', after: '>=70' }] },
    { kind: 'added', row: 110 },
  ])
  expect(diffRoutingTables(draft, inForce).map(({ kind, row }) => [kind, row])).toEqual([
    ['changed', 30],
    ['removed', 110],
  ])
  expect(diffRoutingTables(draft, draft)).toEqual([])
})

test('a rehearsal counts and lists the cases that would get another owner, and each unit before and after', () => {
  const cases = [
    past('a', { age: 67 }),
    past('b', { age: 82 }),
    past('c', { age: 67, childrenInHousehold: 'yes' }),
    past('d', { age: 30, monthsUnpaid: 3 }),
  ]
  const rehearsal = rehearseRouting(cases, compileRoutingTable(inForce), compileRoutingTable(draft))
  expect(rehearsal).toMatchObject({ cases: 4, newOwner: 1, shorterAnswer: 0, longerAnswer: 1 })
  expect(rehearsal.changed).toMatchObject([
    { id: 'a', before: { row: 30 }, after: { row: 999, owners: [{ unit: 'GAN-FS' }] } },
  ])
  expect(
    rehearsal.units.map(({ unit, before, after, addedAfter }) => [unit, before, after, addedAfter]),
  ).toEqual([
    ['GAN-FS', 1, 2, 0],
    ['SN-BARN', 1, 1, 0],
    ['SN-BOS', 0, 0, 1],
    ['VON-BIST', 2, 1, 0],
  ])
})

test('batches add up to the same rehearsal as all cases at once', () => {
  const cases = Array.from({ length: 90 }, (_, at) => past(String(at), { age: at, monthsUnpaid: at % 4 }))
  const [before, after] = [compileRoutingTable(inForce), compileRoutingTable(draft)]
  let batched = emptyRehearsal()
  for (let from = 0; from < cases.length; from += 20) {
    batched = rehearseRouting(cases.slice(from, from + 20), before, after, batched)
  }
  expect(batched).toEqual(rehearseRouting(cases, before, after))
})

test('what a unit is expected to get per month follows from the length of the rehearsed period', () => {
  const cases = Array.from({ length: 300 }, (_, at) => past(String(at), { age: 80 }))
  const rehearsal = rehearseRouting(cases, compileRoutingTable(inForce), compileRoutingTable(draft))
  expect(expectedPerMonth(rehearsal, 90)['VON-BIST']).toBeCloseTo(101.4, 1)
})

test('a hundred thousand past cases are rehearsed in a few seconds, and none of them is touched', () => {
  const cases = Array.from({ length: 100_000 }, (_, at) =>
    Object.freeze(past(String(at), { age: at % 95, monthsUnpaid: at % 4 })),
  )
  const before = process.cpuUsage()
  const rehearsal = rehearseRouting(cases, compileRoutingTable(inForce), compileRoutingTable(draft))
  expect(rehearsal.cases).toBe(100_000)
  expect(rehearsal.newOwner).toBe(rehearsal.changed.length)
  expect(rehearsal.newOwner).toBe(
    cases.filter(({ facts }) => facts.age !== null && facts.age >= 65 && facts.age < 70).length,
  )
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10)
})
