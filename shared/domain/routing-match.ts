// Asks one condition about one case: the single meaning of a cell, used to compile, to explain and to check.

import type { ClientAt, Input, RoutingFacts } from './routing-facts.ts'
import { landlordKey } from './routing-cells.ts'
import type { Condition } from './routing-cells.ts'

/** A fact in the shape its condition is asked about: a number that may be unknown, or the words that hold. */
export type Asked = number | null | readonly string[]

/** The words that hold about where a person is a client: how many committees, which, and which units. */
export function clientTokens(clientOf: readonly ClientAt[]): string[] {
  const committees = new Set(clientOf.map((client) => client.committee))
  if (committees.size === 0) return ['none']
  const units = clientOf.flatMap(({ committee, unit }) => (unit === null ? [] : `${committee}/${unit}`))
  return ['any', committees.size === 1 ? 'one' : 'many', ...committees, ...units]
}

/** The number a case gives for a number, money or postal input; null when it is not known. */
export function numberOf(input: Input, facts: RoutingFacts): number | null {
  const fact = facts[input.name]
  if (typeof fact === 'string') return Number(fact.replace(' ', ''))
  return typeof fact === 'number' ? fact : null
}

/** The one word a case gives for a choice or a yes-no input. */
export function wordOf(input: Input, facts: RoutingFacts): string {
  const fact = facts[input.name]
  return typeof fact === 'string' ? fact : fact ? 'yes' : 'no'
}

export const isNumeric = (input: Input): boolean =>
  input.kind === 'number' || input.kind === 'money' || input.kind === 'postal'

/** What the case says about `input`. */
export function askedOf(input: Input, facts: RoutingFacts): Asked {
  if (isNumeric(input)) return numberOf(input, facts)
  if (input.kind === 'clients') return clientTokens(facts.clientOf)
  if (input.kind === 'flags') return facts.needs
  if (input.kind === 'landlord') {
    const { organisationNumber, name } = facts.landlord
    return [landlordKey(organisationNumber ?? name), landlordKey(name)]
  }
  return [wordOf(input, facts)]
}

/** Whether the condition is true of what was asked. An unknown number is true only of a cell that says `okänd`. */
export function holds(condition: Condition, asked: Asked): boolean {
  if (condition.kind === 'ranges') {
    return typeof asked === 'number'
      ? condition.ranges.some(([low, high]) => asked >= low && asked <= high)
      : condition.unknown
  }
  const words = typeof asked === 'object' && asked !== null ? asked : []
  const hit =
    condition.kind === 'values'
      ? words.some((word) => condition.values.includes(word))
      : condition.anyOf.some((all) => all.every((flag) => words.includes(flag)))
  return hit !== condition.except
}

/** What was asked, in the words of the sheet. */
export function printAsked(input: Input, asked: Asked): string {
  if (asked === null) return 'okänd'
  if (typeof asked === 'number') return input.kind === 'money' ? `${asked / 100}` : `${asked}`
  if (input.kind === 'yes-no') return asked.includes('yes') ? 'ja' : 'nej'
  const word = (code: string): string => input.choices.find((choice) => choice.code === code)?.word ?? code
  const words = asked.filter((code) => code !== '').map(word)
  return words.length === 0 ? 'inget' : [...new Set(words)].join(', ')
}
