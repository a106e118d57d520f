import { test, expect } from '@jest/globals'
import { DateTime } from 'luxon'
import { Kysely } from 'kysely'
test('a', () => { const x: number = 1; expect(DateTime.fromISO('2026-01-01').day).toBe(x); expect(Kysely).toBeDefined() })
