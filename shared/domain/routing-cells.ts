// Reads one cell of the rules table into a condition, and writes a condition back as the cell an officer reads.

import { CLIENT_COUNTS } from './routing-facts.ts'
import type { Choice, Input, Words } from './routing-facts.ts'

export type Range = readonly [number, number]

/** What one cell asks. An empty cell is no condition at all: it takes everything. */
export type Condition =
  | { kind: 'values'; values: readonly string[]; except: boolean }
  | { kind: 'ranges'; ranges: readonly Range[]; unknown: boolean }
  | { kind: 'flags'; anyOf: readonly (readonly string[])[]; except: boolean }

export type CellFault = { code: string; reason: Words }
type Parsed<T> = { value: T } | { fault: CellFault }

const YES_NO: readonly Choice[] = [
  { code: 'yes', word: 'ja', en: 'yes' },
  { code: 'no', word: 'nej', en: 'no' },
]
const UNKNOWN = /^(okänd|okänt|unknown)$/
const CODE = /^[\p{L}\p{N}_-]+(\/[\p{L}\p{N}_-]+)?$/u

const fault = (code: string, sv: string, en: string): { fault: CellFault } => ({
  fault: { code, reason: { sv, en } },
})

/** Reads a cell of `input`. `null` when the cell is empty and so takes everything. */
export function parseCell(input: Input, text: string): Parsed<Condition | null> {
  const cell = text.trim()
  if (cell === '') return { value: null }
  const negated = /^(?:inte|not)\s*\(([^()]*)\)$/i.exec(cell)
  const except = negated !== null
  // In money a comma without a space is the decimal sign: `1250,50` must never be read as 1250 or 50.
  const items = (negated?.[1] ?? cell)
    .split(input.kind === 'money' ? /,(?:\s+|$)/ : ',')
    .map((item) => item.trim())
  if (items.includes(''))
    return fault('empty-item', 'Ett värde saknas vid ett komma.', 'A value is missing at a comma.')
  if (input.kind === 'choice') return values(items, except, input.choices)
  if (input.kind === 'yes-no') return values(items, except, YES_NO)
  if (input.kind === 'landlord') return { value: { kind: 'values', values: items.map(landlordKey), except } }
  if (input.kind === 'clients' || input.kind === 'flags') return flags(items, except, input)
  return ranges(items, except, input.kind)
}

function codeOf(word: string, choices: readonly Choice[]): string | undefined {
  const asked = word.toLowerCase()
  return choices.find((choice) => choice.word === asked || choice.code === asked)?.code
}

function values(items: string[], except: boolean, choices: readonly Choice[]): Parsed<Condition> {
  const codes: string[] = []
  for (const item of items) {
    const code = codeOf(item, choices)
    if (code === undefined) return unknownValue(item, choices)
    codes.push(code)
  }
  if (except && choices.every((choice) => codes.includes(choice.code))) return nothingLeft()
  return { value: { kind: 'values', values: [...new Set(codes)], except } }
}

function unknownValue(item: string, choices: readonly Choice[]): { fault: CellFault } {
  const words = choices.map((choice) => choice.word).join(', ')
  return fault('unknown-value', `”${item}” är inget av: ${words}.`, `"${item}" is none of: ${words}.`)
}

const nothingLeft = (): { fault: CellFault } =>
  fault('contradictory-range', 'Villkoret kan aldrig bli sant.', 'The condition can never be true.')

function flags(items: string[], except: boolean, input: Input): Parsed<Condition> {
  const anyOf: string[][] = []
  for (const item of items) {
    const words = item.split('+').map((word) => word.trim())
    const codes: string[] = []
    for (const word of words) {
      const code =
        codeOf(word, input.choices) ?? (input.kind === 'clients' && CODE.test(word) ? word : undefined)
      if (code === undefined) return unknownValue(word, input.choices)
      codes.push(code)
    }
    if (contradictoryCounts(codes)) return nothingLeft()
    anyOf.push([...new Set(codes)])
  }
  return { value: { kind: 'flags', anyOf, except } }
}

function contradictoryCounts(codes: string[]): boolean {
  const others = codes.some((code) => !CLIENT_COUNTS.some((count) => count.code === code))
  const has = (code: string): boolean => codes.includes(code)
  return (has('none') && (has('any') || has('one') || has('many') || others)) || (has('one') && has('many'))
}

/** One spelling of a landlord: ten digits of an organisation number, or the name in lower case. */
export function landlordKey(text: string): string {
  const digits = text.replaceAll(/[\s-]/g, '')
  return /^\d{10}$/.test(digits) ? digits : text.trim().toLowerCase().replaceAll(/\s+/g, ' ')
}

type NumberKind = 'number' | 'money' | 'postal'
type Unit = { read: (text: string) => number | null; write: (value: number) => string }

const UNITS: Record<NumberKind, Unit> = {
  number: { read: (text) => (/^-?\d{1,6}$/.test(text) ? Number(text) : null), write: String },
  money: {
    read: (text) => {
      const plain = text.replaceAll(/\s/g, '').replace(',', '.')
      return /^-?\d{1,9}(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : null
    },
    write: (ore) => (ore % 100 === 0 ? String(ore / 100) : (ore / 100).toFixed(2).replace('.', ',')),
  },
  postal: {
    read: (text) => (/^\d{3} ?\d{2}$/.test(text) ? Number(text.replace(' ', '')) : null),
    write: (code) => String(code).padStart(5, '0'),
  },
}

function ranges(items: string[], except: boolean, kind: NumberKind): Parsed<Condition | null> {
  const found: Range[] = []
  let unknown = false
  for (const item of items) {
    if (UNKNOWN.test(item.toLowerCase())) {
      unknown = true
      continue
    }
    const range = conjunction(item, kind)
    if ('fault' in range) return range
    found.push(range.value)
  }
  const merged = mergeRanges(found)
  const kept = except ? complement(merged) : merged
  if (except) unknown = !unknown
  if (kept.length === 0 && !unknown) return nothingLeft()
  if (unknown && kept[0]?.[0] === -Infinity && kept[0][1] === Infinity) return { value: null }
  return { value: { kind: 'ranges', ranges: kept, unknown } }
}

function conjunction(item: string, kind: NumberKind): Parsed<Range> {
  let [low, high]: Range = [-Infinity, Infinity]
  for (const part of item.split('&')) {
    const range = oneRange(part.trim(), kind)
    if (range === null)
      return fault('unreadable-value', `”${item}” går inte att läsa.`, `"${item}" cannot be read.`)
    low = Math.max(low, range[0])
    high = Math.min(high, range[1])
  }
  if (low > high) {
    return fault('contradictory-range', `”${item}” utesluter sig självt.`, `"${item}" contradicts itself.`)
  }
  return { value: [low, high] }
}

function oneRange(text: string, kind: NumberKind): Range | null {
  const { read } = UNITS[kind]
  const prefix = kind === 'postal' ? /^(\d{1,4})\*$/.exec(text) : null
  if (prefix?.[1]) return [Number(prefix[1].padEnd(5, '0')), Number(prefix[1].padEnd(5, '9'))]
  const bounded = /^(>=|<=|>|<)\s*(.+)$/.exec(text)
  const between = text.split('..').map((end) => read(end.trim()))
  if (bounded) {
    const limit = read(bounded[2] ?? '')
    return limit === null ? null : open(bounded[1] ?? '', limit)
  }
  const [low, high = low] = between
  return between.length > 2 || low == null || high == null ? null : [low, high]
}

function open(operator: string, limit: number): Range {
  if (operator === '>=') return [limit, Infinity]
  if (operator === '>') return [limit + 1, Infinity]
  return [-Infinity, operator === '<=' ? limit : limit - 1]
}

/** Sorted, disjoint and not touching: the one way to write a set of whole numbers. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = []
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = merged.at(-1)
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else merged.push([low, high])
  }
  return merged
}

function complement(merged: readonly Range[]): Range[] {
  const outside: Range[] = []
  let from = -Infinity
  for (const [low, high] of merged) {
    if (low > from) outside.push([from, low - 1])
    from = high + 1
  }
  if (from < Infinity) outside.push([from, Infinity])
  return outside
}

/** The cell that reads back as this condition. */
export function printCell(input: Input, condition: Condition | undefined): string {
  if (!condition) return ''
  if (condition.kind === 'ranges') return printRanges(condition, unitOf(input))
  const choices = input.kind === 'yes-no' ? YES_NO : input.choices
  const word = (code: string): string => choices.find((choice) => choice.code === code)?.word ?? code
  const items =
    condition.kind === 'values'
      ? condition.values.map(word)
      : condition.anyOf.map((all) => all.map(word).join(' + '))
  return condition.except ? `inte(${items.join(', ')})` : items.join(', ')
}

function unitOf({ kind }: Input): Unit {
  return kind === 'money' || kind === 'postal' ? UNITS[kind] : UNITS.number
}

function printRanges(
  { ranges, unknown }: { ranges: readonly Range[]; unknown: boolean },
  unit: Unit,
): string {
  const items = ranges.map(([low, high]) => {
    if (low === -Infinity && high === Infinity) return null
    if (low === -Infinity) return `<=${unit.write(high)}`
    if (high === Infinity) return `>=${unit.write(low)}`
    return low === high ? unit.write(low) : `${unit.write(low)}..${unit.write(high)}`
  })
  if (items.includes(null)) return unknown ? '' : 'inte(okänd)'
  return [...items, ...(unknown ? ['okänd'] : [])].join(', ')
}
