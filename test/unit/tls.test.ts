// TLS in production: checked certificates by default, a closed network only when it is said, and never silently without.
import { describe, expect, test } from '@jest/globals'
import { EnvironmentFault, readEnvironment } from '../../config/env.ts'
import { overTls } from '../../config/tls.ts'

const none = { off: [], caFile: undefined }

describe('An address', () => {
  test.each<[Parameters<typeof overTls>[0], string, string | null]>([
    ['database', 'postgres://u:p@db.example/b', 'postgres://u:p@db.example/b?sslmode=verify-full'],
    [
      'database',
      'postgres://u:p@db.example/b?sslmode=require',
      'postgres://u:p@db.example/b?sslmode=require',
    ],
    ['database', 'postgres://u:p@db.example/b?sslmode=disable', null],
    ['database', 'postgres://u:p@127.0.0.1/b', 'postgres://u:p@127.0.0.1/b'],
    ['redis', 'redis://:p@queue.example', null],
    ['redis', 'rediss://:p@queue.example', 'rediss://:p@queue.example'],
    ['smtp', 'smtp://mail.example:587', 'smtp://mail.example:587?requireTLS=true'],
    ['smtp', 'smtps://mail.example', 'smtps://mail.example'],
    ['scanner', 'tcp://clamd.example:3310', null],
    ['scanner', 'tcp://127.0.0.1:3310', 'tcp://127.0.0.1:3310'],
    ['identity', 'http://login.example', null],
    ['identity', 'https://login.example/a', 'https://login.example/a'],
    ['identity', 'http://localhost:4000', 'http://localhost:4000'],
  ])('of the %s, %s, becomes %s', (part, address, expected) => {
    expect(overTls(part, address, none)).toBe(expected)
  })

  test('takes the certificates that are given', () => {
    const url = overTls('database', 'postgres://db.example/b', { off: [], caFile: '/ca.pem' })
    expect(new URL(url ?? '').searchParams.get('sslrootcert')).toBe('/ca.pem')
    const queue = overTls('redis', 'rediss://:p@queue.example', { off: [], caFile: '/ca.pem' })
    expect(queue).toBe('rediss://:p@queue.example?sslrootcert=%2Fca.pem')
  })
})

describe('The settings', () => {
  const given = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://u:p@db.example/b',
    REDIS_URL: 'redis://:hemligt@queue.example',
  }

  test('in production refuse a queue without TLS by its name, and say nothing of its password', () => {
    const read = () => readEnvironment(['databaseUrl'], given)
    expect(read).toThrow(EnvironmentFault)
    expect(read).toThrow(/REDIS_URL: without TLS in production/)
    expect(read).not.toThrow(/hemligt/)
  })

  test('in production refuse a provider by plain http', () => {
    const read = () =>
      readEnvironment([], { NODE_ENV: 'production', OIDC_STAFF_ISSUER: 'http://login.example' })
    expect(read).toThrow(/OIDC_STAFF_ISSUER: without TLS in production/)
  })

  test('let a closed network be closed, and check the rest', () => {
    const found = readEnvironment(['databaseUrl'], { ...given, TLS_OFF: 'redis, smtp' })
    expect(found.redisUrl).toBe(given.REDIS_URL)
    expect(found.databaseUrl).toContain('sslmode=verify-full')
  })

  test('leave a developer’s machine alone', () => {
    expect(readEnvironment(['databaseUrl'], { ...given, NODE_ENV: 'development' }).redisUrl).toBe(
      given.REDIS_URL,
    )
  })
})
