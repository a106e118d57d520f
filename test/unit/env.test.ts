// The settings: one table, all faults at once, and never a value in a message.
import { expect, test } from '@jest/globals'
import { answerTo } from '../../services/start/deadline.ts'
import { readCommand } from '../../services/start/command.ts'
import { describeEnvironment, EnvironmentFault, environmentWith, readEnvironment } from '../../config/env.ts'

function faultOf(read: () => unknown): EnvironmentFault {
  try {
    read()
  } catch (error) {
    if (error instanceof EnvironmentFault) return error
    throw error
  }
  throw new Error('The environment was accepted')
}

test('an empty environment gives the defaults that npm start runs on', () => {
  const found = readEnvironment([], {})
  expect(found).toMatchObject({ port: 3000, dataFolder: '.bokvar', municipality: '1880', queue: 'auto' })
  expect(found.baseUrl).toBe('http://localhost:3000')
  expect(found.databaseUrl).toBeUndefined()
  expect(Object.isFrozen(found)).toBe(true)
})

test('the address follows the port unless it is given', () => {
  expect(readEnvironment([], { PORT: '4100' }).baseUrl).toBe('http://localhost:4100')
  expect(readEnvironment([], { PORT: '4100', BASE_URL: 'https://bokvar.kommun.se' }).baseUrl).toBe(
    'https://bokvar.kommun.se',
  )
})

test('every fault is told at once, by name', () => {
  const fault = faultOf(() =>
    readEnvironment(['databaseUrl', 'keysFile'], {
      PORT: '80x',
      LOG_LEVEL: 'loud',
      BOKVAR_MUNICIPALITY: '18',
    }),
  )
  expect(fault.names).toEqual([
    'PORT',
    'LOG_LEVEL',
    'BOKVAR_MUNICIPALITY',
    'BOKVAR_KEYS_FILE',
    'DATABASE_URL',
  ])
})

test.each([
  ['DATABASE_URL', 'mysql://root:hemligt@db/x'],
  ['REDIS_URL', 'hemligt'],
  ['SMTP_URL', 'http://user:hemligt@mail'],
  ['PORT', 'hemligt'],
  ['LEASE_SECONDS', '0'],
])('a malformed %s is refused without repeating what it held', (name, value) => {
  const fault = faultOf(() => readEnvironment([], { [name]: value }))
  expect(fault.names).toEqual([name])
  expect(fault.message).not.toContain('hemligt')
})

test('a variable set to nothing is a variable not set, as Compose passes it', () => {
  expect(readEnvironment([], { PORT: '', REDIS_URL: '' })).toMatchObject({ port: 3000, redisUrl: undefined })
})

test('what a parent hands down, its child reads back', () => {
  const settings = {
    databaseUrl: 'postgres://a:b@127.0.0.1:5/c',
    port: 0,
    queue: 'postgres',
    leaseSeconds: 7,
  } as const
  const child = environmentWith(settings, { HOME: '/home/eva', PORT: '3000' })
  expect(child['HOME']).toBe('/home/eva')
  expect(readEnvironment(['databaseUrl'], child)).toMatchObject(settings)
})

test('npm run env names every variable with its meaning and default', () => {
  const table = describeEnvironment()
  expect(table).toMatch(/^PORT +Port of the pages and the API; 0 takes a free one\. \[3000\]$/m)
  expect(table).toMatch(/^DATABASE_URL +PostgreSQL 15 or newer; npm start brings its own when not set\.$/m)
})

test('a command that is asked for help does nothing else, wherever the question stands', () => {
  const command = {
    help: 'npm run backup -- FILE',
    options: { send: { type: 'boolean' } },
    wants: 'FILE',
  } as const
  for (const argv of [['--help'], ['-h'], ['month.bokvar', '--help'], ['--nonsense', '--help']])
    expect(readCommand(command, argv)).toBe('help')
  expect(readCommand(command, ['month.bokvar', '--send'])).toMatchObject({
    word: 'month.bokvar',
    values: { send: true },
  })
  for (const argv of [[], ['--nonsense', 'month.bokvar'], ['one', 'two'], ['--send=yes', 'month.bokvar']])
    expect(readCommand(command, argv)).toHaveProperty('message')
})

test('npm run deadline refuses a kind that it does not know instead of counting another', () => {
  expect(answerTo(['--kind', 'cooperative', '--served', '2026-12-03']).understood).toBe(true)
  for (const [flag, wrong] of [
    ['--kind', 'cooperativ'],
    ['--method', 'pigeon'],
  ] as const) {
    const { text, understood } = answerTo([flag, wrong, '--served', '2026-12-03'])
    expect(understood).toBe(false)
    expect(text).toContain(`${flag} takes `)
  }
})
