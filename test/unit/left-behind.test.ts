// The look through what tests leave behind finds what it is there to find.
import { expect, test } from '@jest/globals'
import { hitsIn } from '../support/left-behind.ts'

test.each([
  ['a name', 'Frida Fallstudie', '{"msg":"answered","who":"Frida Fallstudie"}'],
  ['a street, whatever its number', 'Storgatan 1', 'GET /arenden?adress=Storgatan #'],
])('what is left is found by %s', (_of, word, line) => {
  expect(hitsIn(new Map([['log', [line]]]), [word])).toHaveLength(1)
  expect(hitsIn(new Map([['log', ['{"msg":"answered","who":"7"}']]]), [word])).toEqual([])
})
