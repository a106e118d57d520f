// Puts a box of cases into words, so that a gap in the table can be read by the one who must close it.

import { INPUTS } from './routing-facts.ts'
import type { Input, Words } from './routing-facts.ts'
import type { Box, Space } from './routing-regions.ts'

/** The input of a dimension such as `age`, `needs:lss` or `clientOf#`. */
function inputOf(dimension: string): Input | undefined {
  const name = dimension.split(/[:#]/)[0]
  return INPUTS.find((input) => input.name === name)
}

/** "Ålder okänd, 0..17; Skede tidig": what the box narrows, in the words of the sheet. */
export function describeBox(box: Box, space: Space): Words {
  const parts = [...box].flatMap(([dimension, allowed]) => {
    const answers = space.answers.get(dimension) ?? []
    const input = inputOf(dimension)
    const kept = answers.map((_, at) => at).filter((at) => (allowed >> BigInt(at)) & 1n)
    if (!input || kept.length === answers.length || isOrdinary(dimension, input, kept)) return []
    const words = dimensionWords(dimension, input, kept, answers)
    return [{ sv: `${input.label.sv} ${words}`, en: `${input.label.en} ${words}` }]
  })
  if (parts.length === 0) return { sv: 'alla ärenden', en: 'every case' }
  return { sv: parts.map((part) => part.sv).join('; '), en: parts.map((part) => part.en).join('; ') }
}

/** That somebody is not protected, not a client, or lacks a recorded need is the ordinary case and not worth a word. */
function isOrdinary(dimension: string, input: Input, kept: readonly number[]): boolean {
  const [only, more] = kept
  if (more !== undefined) return false
  return input.kind === 'yes-no' ? only === 1 : /[:#]/.test(dimension) && only === 0
}

function dimensionWords(dimension: string, input: Input, kept: number[], answers: readonly string[]): string {
  const word = (code: string): string => input.choices.find((choice) => choice.code === code)?.word ?? code
  const token = dimension.split(':')[1]
  if (token !== undefined) return kept.includes(1) ? word(token) : `inte ${word(token)}`
  if (input.kind === 'number' || input.kind === 'money' || input.kind === 'postal') {
    return kept.map((at) => stretch(input, answers, at)).join(', ')
  }
  if (input.kind === 'yes-no') return 'ja'
  return kept.map((at) => word(answers[at] ?? '')).join(', ')
}

function stretch(input: Input, answers: readonly string[], at: number): string {
  if (at === 0) return 'okänd'
  const unit = (value: number): string => (input.kind === 'money' ? `${value / 100}` : `${value}`)
  const [low, next] = [Number(answers[at]), answers[at + 1]]
  if (next === undefined) return low === -Infinity ? 'allt' : `>=${unit(low)}`
  const high = Number(next) - 1
  if (low === -Infinity) return `<=${unit(high)}`
  return low === high ? unit(low) : `${unit(low)}..${unit(high)}`
}
