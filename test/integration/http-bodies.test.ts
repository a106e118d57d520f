// Bad bodies of every kind: a clear problem document, nothing 5xx, and nothing of what was sent in the answer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Principal } from '../../shared/casework/people.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { readJson } from '../../services/body.ts'
import { CANARY, echoRoutes, expectProblem } from '../support/echo.ts'
import { startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer
let token: string
const unreadable: { sender: Principal; raw: Buffer; code: string }[] = []

beforeAll(async () => {
  server = await startTestServer(echoRoutes, (deps) => ({
    ...deps,
    keepUnreadable: async (sender, raw, code) => {
      unreadable.push({ sender, raw, code })
    },
  }))
  token = await server.token('landlord')
})
afterAll(() => server.stop())

const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: '/v1/echo',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    payload,
  })

describe('A body', () => {
  test('that is right is read, and its bytes kept as they came', async () => {
    const text = ' {"name":"Åsa 👩‍👧", "amount": 8450.5}\n'
    const answer = await post(text)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ name: 'Åsa 👩‍👧', length: Buffer.byteLength(text) })
  })

  test.each<[string, string | Buffer, string]>([
    ['J1 cut off', `{"name":"${CANARY}`, 'json.malformed'],
    ['J1 with a BOM', `\uFEFF{"name":"${CANARY}"}`, 'json.encoding'],
    ['J1 with a comma too many', `{"name":"${CANARY}",}`, 'json.malformed'],
    ['J1 with NaN', `{"name":"${CANARY}","amount":NaN}`, 'json.malformed'],
    ['J1 with a comment', `{"name":"${CANARY}" /* x */}`, 'json.malformed'],
    ['J1 in single quotes', `{'name':'${CANARY}'}`, 'json.malformed'],
    ['J1 with something after it', `{"name":"${CANARY}"} x`, 'json.malformed'],
    ['J3 a hundred thousand brackets', '['.repeat(100_000), 'json.too-deep'],
    ['J3 a hundred thousand braces', '{"a":'.repeat(100_000), 'json.too-deep'],
    ['J5 with a key twice', `{"name":"a","name":"${CANARY}"}`, 'json.duplicate-key'],
    ['J5 with a key twice, once escaped', `{"name":"a","n\\u0061me":"${CANARY}"}`, 'json.duplicate-key'],
    [
      'J5 with a key twice deep inside',
      `{"name":"a","rents":[{"period":"1","period":"2"}]}`,
      'json.duplicate-key',
    ],
    ['with __proto__', `{"name":"a","__proto__":{"role":"admin"}}`, 'json.forbidden-key'],
    ['with an escaped __proto__', `{"name":"a","\\u005f_proto__":1}`, 'json.forbidden-key'],
    ['with constructor', `{"name":"a","constructor":{"prototype":1}}`, 'json.forbidden-key'],
    ['J19 a lone surrogate', '{"name":"\\ud800"}', 'json.encoding'],
    ['J19 invalid UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'json.encoding'],
    ['J19 Latin-1 bytes', Buffer.from(`{"name":"Åke ${CANARY}"}`, 'latin1'), 'json.encoding'],
    ['J19 UTF-16', Buffer.from('{"name":"a"}', 'utf16le'), 'json.malformed'],
    ['a null character', '{"name":"a\\u0000b"}', 'json.control'],
  ])('%s is refused, kept for a person, and not repeated', async (_what, payload, code) => {
    unreadable.length = 0
    const answer = await post(payload)
    expectProblem(answer, 400, code)
    expect(answer.body).not.toContain('Kanarie')
    expect(unreadable).toEqual([
      { sender: expect.objectContaining({ id: 'landlord' }), raw: Buffer.from(payload), code },
    ])
  })

  test('J3 deep nesting is refused in less than 50 ms', async () => {
    const bytes = Buffer.from('['.repeat(100_000))
    // The processor's time, not the wall's: a busy machine must not fail this.
    // And the least of a few tries, for what else this process does meanwhile (compiling, tidying up) is counted with it.
    const taken = Array.from({ length: 5 }, () => {
      const started = process.cpuUsage()
      expect(() => readJson(bytes)).toThrow(Refusal)
      return process.cpuUsage(started).user
    })
    expect(Math.min(...taken)).toBeLessThan(50_000)
  })

  test.each([
    [
      'the same key in two objects',
      '{"name":"a","rents":[{"period":"1","amount":1},{"period":"2","amount":2}]}',
    ],
    ['a value that looks like a key', '{"name":"name"}'],
    ['a brace and a quote in a text', '{"name":"{\\"name\\": \\"x\\"}"}'],
    ['a surrogate pair, escaped', '{"name":"\\ud83d\\ude00"}'],
  ])('with %s is not mistaken for a bad one', async (_what, payload) => {
    expect((await post(payload)).statusCode).toBe(200)
  })

  test.each<[string, string, { pointer: string; code: string }[]]>([
    ['lacking a field', '{}', [{ pointer: '/name', code: 'field.required' }]],
    ['with a wrong type', '{"name":7}', [{ pointer: '/name', code: 'field.type' }]],
    ['with null', '{"name":null}', [{ pointer: '/name', code: 'field.type' }]],
    ['too long', `{"name":"${'x'.repeat(51)}"}`, [{ pointer: '/name', code: 'field.too-long' }]],
    ['too small', '{"name":"a","amount":-1}', [{ pointer: '/amount', code: 'field.too-small' }]],
    [
      'beyond all numbers (1e309)',
      '{"name":"a","amount":1e309}',
      [{ pointer: '/amount', code: 'field.type' }],
    ],
    [
      'not one of the choices',
      '{"name":"a","dispatch":"pigeon"}',
      [{ pointer: '/dispatch', code: 'field.value' }],
    ],
    ['not a date', '{"name":"a","dueDate":"2026-02-30"}', [{ pointer: '/dueDate', code: 'field.format' }]],
    [
      'wrong deep inside',
      '{"name":"a","rents":[{"period":"p"}]}',
      [{ pointer: '/rents/0/amount', code: 'field.required' }],
    ],
    ['with an unknown field', `{"name":"a","${CANARY}":1}`, [{ pointer: '/', code: 'field.unknown' }]],
    ['that is a list', '[]', [{ pointer: '/', code: 'field.type' }]],
    ['that is empty', '', [{ pointer: '/', code: 'field.type' }]],
  ])('%s says which field, and how to mend it', async (_what, payload, errors) => {
    const answer = await post(payload)
    expectProblem(answer, 400, 'request.invalid')
    expect(
      answer.json().errors.map(({ pointer, code }: { pointer: string; code: string }) => ({ pointer, code })),
    ).toEqual(errors)
    expect(answer.body).not.toContain('Kanarie')
    expect(answer.body).not.toContain('pigeon')
  })

  test('is answered in English to whoever asks for it', async () => {
    const swedish = await post('{}')
    const english = await post('{}', { 'accept-language': 'de, en-GB;q=0.9, sv;q=0.5' })
    expect(swedish.json().errors[0].detail).toBe('Fyll i uppgiften.')
    expect(english.json().errors[0].detail).toBe('This value is required.')
    expect(english.headers['content-language']).toBe('en')
  })

  test.each([
    'application/json\ta',
    ' application/json',
    'application/json garbage',
    'application/json, text/plain',
    'application/jsonx',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
  ])('J7 of type "%s" is refused', async (type) => {
    expectProblem(await post('{"name":"a"}', { 'content-type': type }), 415, 'content-type')
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
  ])('of type "%s" is read', async (type) => {
    expect((await post('{"name":"a"}', { 'content-type': type })).statusCode).toBe(200)
  })

  test('of more than a megabyte is refused', async () => {
    expectProblem(await post(`{"name":"${'x'.repeat(1_100_000)}"}`), 413, 'too-large')
  })
})
