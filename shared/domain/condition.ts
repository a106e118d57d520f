// The small conditions that an officer writes in a table, read once and judged against facts: `barn=ja & alder>=65`.
import type { Choice, Words } from './routing-facts.ts'

/** What a condition may ask: the word in the table, what kind of fact it is, and the words it may be compared with. */
export type Question = {
  kind: 'choice' | 'yes-no' | 'number' | 'flags' | 'code'
  choices?: readonly Choice[]
}
export type Vocabulary = Readonly<Record<string, Question>>

export type Fact = string | number | boolean | null | readonly string[]
export type Facts = Readonly<Record<string, Fact>>

const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
type Operator = (typeof OPERATORS)[number]
type Term = { name: string; operator: Operator; values: readonly (string | number)[] }

/** Alternatives (`eller`), each a list of terms that must all hold (`&`). No alternative at all means always. */
export type Condition = readonly (readonly Term[])[]

/** A null fact is "not known" and is matched only by this word. */
export const UNKNOWN = 'unknown'

const YES_NO: readonly Choice[] = [
  { code: 'yes', word: 'ja', en: 'yes' },
  { code: 'no', word: 'nej', en: 'no' },
]

/** Reads a condition cell. An empty cell always holds. Never throws: what cannot be read comes back as problems. */
export function parseCondition(
  cell: string,
  vocabulary: Vocabulary,
): { condition: Condition; problems: Words[] } {
  const problems: Words[] = []
  if (cell.trim() === '') return { condition: [], problems }
  const condition = cell
    .split(/\s+eller\s+/)
    .map((part) => part.split('&').flatMap((term) => readTerm(term.trim(), vocabulary, problems)))
  return { condition, problems }
}

function readTerm(text: string, vocabulary: Vocabulary, problems: Words[]): Term[] {
  const parts = /^([\p{L}_0-9]+)\s*(!=|<=|>=|=|<|>)\s*(.+)$/u.exec(text)
  const [name, right] = [parts?.[1], parts?.[3]]
  const operator = OPERATORS.find((known) => known === parts?.[2])
  if (name === undefined || operator === undefined || right === undefined) {
    problems.push({
      sv: `Villkoret "${text}" går inte att läsa.`,
      en: `The condition "${text}" cannot be read.`,
    })
    return []
  }
  const question = Object.hasOwn(vocabulary, name) ? vocabulary[name] : undefined
  if (!question) {
    problems.push({
      sv: `Ordet "${name}" finns inte bland villkoren.`,
      en: `There is no condition named "${name}".`,
    })
    return []
  }
  const values = right.split('|').map((word) => readValue(word.trim(), question))
  const ordered = operator !== '=' && operator !== '!='
  if (values.includes(null) || ordered !== (question.kind === 'number' && ordered)) {
    problems.push({ sv: `"${right}" passar inte i "${text}".`, en: `"${right}" does not fit in "${text}".` })
    return []
  }
  return [{ name, operator, values: values.filter((value) => value !== null) }]
}

function readValue(word: string, question: Question): string | number | null {
  if (question.kind === 'code') return word
  if (question.kind === 'number') return /^-?\d+$/.test(word) ? Number(word) : unknownOr(word)
  const choices = question.kind === 'yes-no' ? YES_NO : (question.choices ?? [])
  const found = choices.find(
    (choice) => choice.word === word.toLowerCase() || choice.code === word.toLowerCase(),
  )
  return found?.code ?? unknownOr(word)
}

const unknownOr = (word: string): string | null => (/^okän[dt]$/.test(word.toLowerCase()) ? UNKNOWN : null)

/** True when the facts satisfy the condition. A fact that is not known satisfies no comparison of size. */
export function holds(condition: Condition, facts: Facts): boolean {
  return condition.length === 0 || condition.some((terms) => terms.every((term) => termHolds(term, facts)))
}

function termHolds(term: Term, facts: Facts): boolean {
  const fact = facts[term.name] ?? null
  if (term.operator === '=') return equalsAny(fact, term.values)
  if (term.operator === '!=') return !equalsAny(fact, term.values)
  const limit = term.values[0]
  if (typeof fact !== 'number' || typeof limit !== 'number') return false
  if (term.operator === '<') return fact < limit
  if (term.operator === '<=') return fact <= limit
  return term.operator === '>' ? fact > limit : fact >= limit
}

function equalsAny(fact: Fact, values: readonly (string | number)[]): boolean {
  if (fact === null) return values.includes(UNKNOWN)
  if (typeof fact === 'boolean') return values.includes(fact ? 'yes' : 'no')
  if (typeof fact === 'object') return fact.some((flag) => values.includes(flag))
  return values.includes(fact)
}
