// Keys: wrong ones stop the start, new ones take over while the service runs, old ones can be taken away; hashes too.
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { demandKeys, forgetFingerprints } from '../../shared/casework/key-fingerprints.ts'
import {
  countOld,
  HASHES,
  keyHashesAnew,
  PLAIN,
  SEALED,
  sealAnew,
} from '../../shared/casework/key-rotation.ts'
import { searchCases } from '../../shared/casework/search.ts'
import type { Tools } from '../../shared/casework/tools.ts'
import { addEncryptionKey, forgetOldKeys, prepareIndexWrap } from '../../shared/key-file.ts'
import { readKeys, seal, unseal, type Keys } from '../../shared/seal.ts'
import { openRehearsal, rehearsalTools, type Rehearsal } from '../../services/start/rehearsal.ts'
import { aNotice } from '../support/api.ts'
import { tablesOf } from '../support/any-row.ts'
import { freshDatabase } from '../support/cluster.ts'
import { actorIn } from '../support/routed-cases.ts'
import { landlordActor } from '../support/spine.ts'

let spine: Rehearsal
let tools: Tools
let file: string
let drop: () => Promise<void>
const folder = mkdtempSync(join(tmpdir(), 'bokvar-keys-'))
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')
const landlord = landlordActor('Nyckelhus')
const identity = '19900101-2385'

beforeAll(async () => {
  file = join(folder, 'keys.json')
  writeFileSync(file, JSON.stringify({ encryption: { current: 'k1', keys: { k1: key(1) } }, index: key(2) }))
  const database = await freshDatabase()
  drop = database.drop
  tools = { ...rehearsalTools(), keys: readKeys(file) }
  spine = await openRehearsal(database.url, '1880', { tools })
  await demandKeys(spine.web, tools.keys)
  await send('1')
  await spine.drain()
})
afterAll(async () => {
  await spine.close()
  await drop()
  rmSync(folder, { recursive: true })
})

async function send(reference: string) {
  const body = aNotice({ reference })
  const raw = Buffer.from(JSON.stringify(body))
  return receiveNotice(spine.web, tools, landlord, { key: reference, raw, body: body as never })
}

const numbers = async (keys: Keys) => {
  const { rows } = await sql<{
    id: string
    personalId: Buffer
    raw: Buffer
  }>`select id, personal_id, raw from notice`.execute(spine.owner)
  return rows.map(({ id, personalId, raw }) => [
    unseal(keys, id, personalId).toString(),
    unseal(keys, id, raw).length > 100,
  ])
}
const found = async (keys: Keys) => {
  const { committee } = await spine.owner
    .selectFrom('arrearsCase')
    .select('committee')
    .executeTakeFirstOrThrow()
  const search = { by: 'personalIdentityNumber', text: identity, purpose: 'prov' } as const
  return searchCases(spine.web, { ...tools, keys }, actorIn(committee, 'supervisor'), search)
}

describe('A process', () => {
  const with1 = (change: Partial<Keys>): Keys => ({ ...readKeys(file), ...change })

  test.each<[string, () => Keys]>([
    ['another key under a known name', () => with1({ encryption: new Map([['k1', Buffer.alloc(32, 9)]]) })],
    [
      'without a key that values are sealed with',
      () => with1({ current: 'k9', encryption: new Map([['k9', Buffer.alloc(32, 9)]]) }),
    ],
    ['another index key', () => with1({ index: Buffer.alloc(32, 9) })],
    ['an index key wrapped once too often', () => with1({ indexWraps: [Buffer.alloc(32, 9)] })],
  ])('with %s does not start, and is not told what the key is', async (_what, keys) => {
    const refused = demandKeys(spine.web, keys())
    await expect(refused).rejects.toThrow('not the one this database was written with')
    await expect(refused).rejects.not.toThrow(key(1))
  })

  test('with the right ones starts as often as it likes', async () => {
    await demandKeys(spine.worker, readKeys(file))
    await demandKeys(spine.web, readKeys(file))
  })

  test.each([
    ['no index key', { encryption: { current: 'k1', keys: { k1: key(1) } } }],
    ['no current key', { encryption: { keys: { k1: key(1) } }, index: key(2) }],
    ['a short key', { encryption: { current: 'k1', keys: { k1: 'AAAA' } }, index: key(2) }],
  ])('whose file has %s does not start', (_what, content) => {
    const bad = join(folder, 'bad.json')
    writeFileSync(bad, JSON.stringify(content))
    expect(() => readKeys(bad)).toThrow('must hold')
  })
})

describe('A rotation', () => {
  test('names every column of bytes in the database: sealed, hashed, or why neither', async () => {
    const columns = (await tablesOf(spine.owner)).flatMap(({ name, columns: all }) =>
      all.filter(({ type }) => type === 'bytea').map((column) => `${name}.${column.name}`),
    )
    const named = [...SEALED, ...HASHES, ...PLAIN].map(([table, column]) => `${table}.${column}`)
    expect(named.sort()).toEqual(columns.sort())
  })

  test('seals every value anew while others write, and then does without the old key', async () => {
    const running = tools.keys
    expect(addEncryptionKey(file)).toBe('k2')
    // The running process looks at the file again, at most once a second.
    utimesSync(file, new Date(), new Date(Date.now() + 5_000))
    while (running.current !== 'k2') {
      running.refresh?.()
      await immediate()
    }
    const keys = readKeys(file)
    await demandKeys(spine.worker, keys)
    await send('2')
    // A draft that was sent is empty, and has no key to be rotated.
    await sql`with writer as (insert into person (subject, username, name, role) values ('w', 'w', 'W', 'landlord') returning id)
      insert into notice_draft (sender, person_id, sealed) select 'w', id, '' from writer`.execute(
      spine.owner,
    )
    expect(running.current).toBe('k2')
    expect(await countOld(spine.worker, keys)).toBeGreaterThan(0)
    expect(await sealAnew(spine.worker, keys, () => undefined)).toBeGreaterThan(0)
    expect(await sealAnew(spine.worker, keys, () => undefined)).toBe(0)
    expect(await countOld(spine.worker, keys)).toBe(0)
    const gone = forgetOldKeys(file)
    expect(gone).toEqual(['k1'])
    await forgetFingerprints(spine.worker, gone)
    const left = readKeys(file)
    await demandKeys(spine.web, left)
    const shown = await numbers(left)
    expect(shown).toEqual([
      ['199001012385', true],
      ['199001012385', true],
    ])
    expect(readFileSync(file, 'utf8')).not.toContain(key(1))
  })

  test('to another cipher is a rotation like any other: what was sealed before still opens', async () => {
    const before = readKeys(file)
    expect(addEncryptionKey(file, 'chacha20-poly1305')).toBe('k3')
    const keys = readKeys(file)
    await demandKeys(spine.web, keys)
    await expect(demandKeys(spine.web, { ...keys, ciphers: new Map() })).rejects.toThrow('(k3)')
    expect(await numbers(keys)).toHaveLength(2)
    expect(await sealAnew(spine.worker, keys, () => undefined)).toBeGreaterThan(0)
    await expect(numbers(before)).rejects.toThrow('does not have')
    await expect(numbers({ ...keys, ciphers: new Map() })).rejects.toThrow()
    expect(forgetOldKeys(file)).toEqual(['k2'])
    await forgetFingerprints(spine.worker, ['k2'])
    tools = { ...tools, keys: readKeys(file) }
    expect(await numbers(tools.keys)).toEqual([
      ['199001012385', true],
      ['199001012385', true],
    ])
    writeFileSync(join(folder, 'bad.json'), readFileSync(file, 'utf8').replace('chacha20-poly1305', 'rot13'))
    expect(() => readKeys(join(folder, 'bad.json'))).toThrow('does not know')
  })

  test('a value under a key that is gone cannot be opened, moved or changed', () => {
    const old: Keys = {
      current: 'k1',
      encryption: new Map([['k1', Buffer.alloc(32, 1)]]),
      index: Buffer.alloc(32, 2),
    }
    const sealed = seal(old, 'row', 'hemligt')
    expect(() => unseal(readKeys(file), 'row', sealed)).toThrow('does not have')
    expect(() => unseal(old, 'another row', sealed)).toThrow()
    sealed[sealed.length - 1]! ^= 1
    expect(() => unseal(old, 'row', sealed)).toThrow()
  })

  test('of the hashes leaves every household found, and the old key makes none of them any more', async () => {
    const before = readKeys(file)
    expect(await found(before)).toHaveLength(1)
    const { next, wrap } = prepareIndexWrap(file)
    await keyHashesAnew(spine.worker, before, wrap)
    const after = readKeys(next)
    await expect(demandKeys(spine.web, before)).rejects.toThrow('.next')
    await demandKeys(spine.web, after)
    expect(await found(after)).toHaveLength(1)
    expect(await found(before)).toEqual([])
    // The household's next notice is joined to its case, under the new hashes.
    tools = { ...tools, keys: after }
    await send('3')
    await spine.drain()
    expect(spine.failures).toEqual([])
    expect(await spine.owner.selectFrom('arrearsCase').select('id').execute()).toHaveLength(1)
  })
})
