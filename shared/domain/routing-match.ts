// Asks one condition about one case: the single meaning of a cell, used to compile, to explain and to check.

import { INPUTS } from './routing-facts.ts'
import type { ClientAt, Input, RoutingFacts } from './routing-facts.ts'
import { landlordKey } from './routing-cells.ts'
import type { Condition } from './routing-cells.ts'

/** A fact in the one shape that its kind of condition is asked about. */
export type Asked = string | number | null | readonly string[]

/** The words that hold about where a person is a client: how many committees, which, and which units. */
export function clientTokens(clientOf: readonly ClientAt[]): string[] {
  const committees = new Set(clientOf.map((client) => client.committee))
  if (committees.size === 0) return ['none']
  const units = clientOf.flatMap(({ committee, unit }) => (unit === null ? [] : `${committee}/${unit}`))
  return ['any', committees.size === 1 ? 'one' : 'many', ...committees, ...units]
}

/** What the case says about `input`. */
export function askedOf(input: Input, facts: RoutingFacts): Asked {
  switch (input.kind) {
    case 'yes-no':
      return facts[input.name] ? 'yes' : 'no'
    case 'landlord': {
      const { organisationNumber, name } = facts.landlord
      return organisationNumber === null
        ? [landlordKey(name)]
        : [landlordKey(organisationNumber), landlordKey(name)]
    }
    case 'clients':
      return clientTokens(facts.clientOf)
    case 'flags':
      return facts.needs
    case 'postal':
      return facts.postalCode === null ? null : Number(facts.postalCode.replace(' ', ''))
    case 'choice':
    case 'number':
    case 'money':
      return facts[input.name] as string | number | null
  }
}

/** Whether the condition is true of what was asked. An unknown number is true only of a cell that says `okänd`. */
export function holds(condition: Condition, asked: Asked): boolean {
  switch (condition.kind) {
    case 'values': {
      const given = Array.isArray(asked) ? (asked as string[]) : [asked as string]
      return given.some((value) => condition.values.includes(value)) !== condition.except
    }
    case 'ranges':
      return typeof asked === 'number'
        ? condition.ranges.some(([low, high]) => asked >= low && asked <= high)
        : condition.unknown
    case 'flags': {
      const given = asked as readonly string[]
      return condition.anyOf.some((all) => all.every((flag) => given.includes(flag))) !== condition.except
    }
  }
}

/** What was asked, in the words of the sheet. */
export function printAsked(input: Input, asked: Asked): string {
  if (asked === null) return 'okänd'
  if (typeof asked === 'number') return input.kind === 'money' ? `${asked / 100}` : `${asked}`
  if (input.kind === 'yes-no') return asked === 'yes' ? 'ja' : 'nej'
  const word = (code: string): string => input.choices.find((choice) => choice.code === code)?.word ?? code
  if (typeof asked === 'string') return word(asked)
  return asked.length === 0 ? 'inget' : asked.map(word).join(', ')
}

/** The input with this heading, or undefined. */
export const inputNamed = (column: string): Input | undefined =>
  INPUTS.find((input) => input.column === column)
