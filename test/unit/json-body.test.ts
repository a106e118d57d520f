// Our strict reading of JSON agrees with the language's own wherever a body is sound, and never lets more through.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readJson } from '../../services/body.ts'
import { Refusal } from '../../shared/domain/refusal.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function outcome(read: () => unknown): { value: unknown } | 'refused' {
  try {
    return { value: read() }
  } catch {
    return 'refused'
  }
}

describe('A JSON body', () => {
  test('that JSON.stringify wrote is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(!/"(__proto__|constructor|prototype)"\s*:|\\u0000/.test(text))
        expect(readJson(bytes(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('that JSON.parse refuses is refused, with a reason, never with another error', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      'a',
      '1',
      '\\',
      'null',
      ' ',
      '"a"',
      '\\u',
      'd800',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        const theirs = outcome(() => JSON.parse(text))
        try {
          expect({ value: readJson(bytes(text)) }).toEqual(theirs)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('with any key given twice is refused, wherever it stands and however it is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(5), fc.boolean(), (key, depth, escaped) => {
        fc.pre(!key.includes('\0') && key.isWellFormed())
        const plain = JSON.stringify(key)
        const units = key.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        const again = escaped ? `"${units.join('')}"` : plain
        const text = `${'['.repeat(depth)}{${plain}:1,${again}:2}${']'.repeat(depth)}`
        expect(outcome(() => readJson(bytes(text)))).toBe('refused')
      }),
    )
  })

  test('of arbitrary bytes gives a value or a Refusal, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
        try {
          readJson(raw)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
    )
  })
})
