// Whoever is given tasks by another is told by mail: once an hour, however many, and not when they took them themselves.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { moveTasks } from '../../shared/casework/task-moves.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { aNotice, openApi, type Api } from '../support/api.ts'

let api: Api
let tasks: string[]

beforeAll(async () => {
  api = await openApi()
  await api.call('/v1/notices', { as: 'landlord', json: aNotice(), headers: { 'idempotency-key': 'moves' } })
  await api.drain()
  const rows = await api.owner
    .selectFrom('task')
    .select('id')
    .where('committee', '=', 'GAN')
    .where('state', '=', 'open')
    .orderBy('id')
    .execute()
  tasks = rows.map(({ id }) => id)
})
afterAll(() => api.stop())

const supervisor = (): Actor => ({
  role: 'supervisor',
  personId: api.person('supervisor.gan'),
  committee: 'GAN',
  unit: 'GAN-FS',
  sender: '',
  landlordId: null,
  name: 'supervisor.gan',
})

const lettersTo = async (username: string) => {
  await api.drain()
  const rows = await api.owner
    .selectFrom('mail')
    .innerJoin('person', 'person.id', 'mail.personId')
    .select('mail.id')
    .where('mail.template', '=', 'work-moved')
    .where('person.username', '=', username)
    .execute()
  return rows.length
}

const move = (ids: readonly string[], to: 'caseworker.gan' | 'supervisor.gan') =>
  moveTasks(api.web, supervisor(), { taskIds: ids, personId: api.person(to), unit: null, reason: 'Sjuk' })

test('two tasks given, and given again, are one mail', async () => {
  expect(tasks.length).toBeGreaterThan(2)
  expect(await move(tasks.slice(0, 2), 'caseworker.gan')).toBe(2)
  expect(await move(tasks.slice(0, 2), 'caseworker.gan')).toBe(0)
  expect(await move(tasks.slice(2, 3), 'caseworker.gan')).toBe(1)
  expect(await lettersTo('caseworker.gan')).toBe(1)
})

test('whoever takes work over is not written to about it', async () => {
  expect(await move(tasks.slice(0, 1), 'supervisor.gan')).toBe(1)
  expect(await lettersTo('supervisor.gan')).toBe(0)
})
