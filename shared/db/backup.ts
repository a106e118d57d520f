// A backup without pg_dump: every row of one instant in one sealed file, and that file put back into an empty database.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Pool, PoolClient } from 'pg'
import type { Keys } from '../seal.ts'
import { openPool } from './open.ts'

type Head = { format: 1; keyId: string; nonce: string; schema: string; at: string }
type Table = { name: string; columns: string[] }

const BATCH = 1_000
const TAG = 16

// Not the key itself: whoever learns this one opens backups and no sealed value.
const backupKey = (keys: Keys, id: string): Buffer => {
  const key = keys.encryption.get(id)
  if (!key) throw new Error(`The backup was sealed under the key ${id}, which the key file does not have.`)
  return createHmac('sha256', key).update('bokvar backup').digest()
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

async function tablesIn(client: PoolClient): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'kysely%'
    group by c.relname order by c.relname`)
  return rows
}

async function schemaOf(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ schema: string | null }>('select schema_version() as schema')
  return rows[0]?.schema ?? ''
}

async function* linesOf(client: PoolClient): AsyncGenerator<string> {
  for (const { name, columns } of await tablesIn(client)) {
    yield `${JSON.stringify({ table: name, columns })}\n`
    const list = columns.map(quoted).join(', ')
    await client.query(
      `declare rows_of cursor for select row_to_json(t)::text as row from (select ${list} from ${quoted(name)}) t`,
    )
    for (;;) {
      const { rows } = await client.query<{ row: string }>(`fetch ${BATCH} from rows_of`)
      if (rows.length === 0) break
      yield `${rows.map(({ row }) => row).join('\n')}\n`
    }
    await client.query('close rows_of')
  }
  const { rows } = await client.query<{ name: string; value: string }>(
    `select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'public' and last_value is not null`,
  )
  yield `${JSON.stringify({ sequences: rows })}\n`
}

/**
 * Writes every row, as it stands at one instant, to `file`. The role must see every row: where row-level security would
 * hide one, it throws instead of leaving it out.
 */
export async function backUp(url: string, keys: Keys, file: string): Promise<Head> {
  const pool = openPool({ url, role: 'owner', max: 1, statementTimeout: 0 })
  try {
    return await withClient(pool, async (client) => {
      await client.query('set row_security = off')
      await client.query('begin isolation level repeatable read read only')
      const { rows } = await client.query<{ at: string }>('select clock_timestamp()::text as at')
      const nonce = randomBytes(12)
      const schema = await schemaOf(client)
      const head: Head = {
        format: 1,
        keyId: keys.current,
        nonce: nonce.toString('hex'),
        schema,
        at: rows[0]?.at ?? '',
      }
      const cipher = createCipheriv('aes-256-gcm', backupKey(keys, keys.current), nonce)
      cipher.setAAD(Buffer.from(JSON.stringify(head)))
      const out = createWriteStream(file, { mode: 0o600, flags: 'wx' })
      out.write(`${JSON.stringify(head)}\n`)
      await pipeline(Readable.from(linesOf(client)), createGzip(), cipher, out, { end: false })
      await new Promise<void>((resolve, reject) => {
        out.once('error', reject)
        out.end(cipher.getAuthTag(), resolve)
      })
      await client.query('commit')
      return head
    })
  } finally {
    await pool.end()
  }
}

async function withClient<T>(pool: Pool, deed: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    return await deed(client)
  } finally {
    client.release(true)
  }
}

async function readHead(file: string): Promise<{ head: Head; start: number; end: number; tag: Buffer }> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4_096), 0, 4_096, 0)
    const start = buffer.subarray(0, bytesRead).indexOf('\n') + 1
    const head = JSON.parse(buffer.subarray(0, start).toString()) as Head
    const tag = Buffer.alloc(TAG)
    await handle.read(tag, 0, TAG, size - TAG)
    return { head, start, end: size - TAG - 1, tag }
  } finally {
    await handle.close()
  }
}

/**
 * Puts a backup into a database that is migrated to the same schema and holds no notice. One transaction: a file that
 * was changed or cut off leaves the database as it was. The role must be a superuser, because no trigger may fire.
 */
export async function restore(url: string, keys: Keys, file: string): Promise<Head> {
  const { head, start, end, tag } = await readHead(file)
  const pool = openPool({ url, role: 'owner', max: 1, statementTimeout: 0 })
  try {
    return await withClient(pool, async (client) => {
      await client.query('begin')
      await demandEmpty(client, head.schema)
      await client.query('set local session_replication_role = replica')
      const tables = await tablesIn(client)
      for (const { name } of tables) await client.query(`truncate ${quoted(name)} cascade`)
      const decipher = createDecipheriv(
        'aes-256-gcm',
        backupKey(keys, head.keyId),
        Buffer.from(head.nonce, 'hex'),
      )
      decipher.setAAD(Buffer.from(JSON.stringify(head)))
      decipher.setAuthTag(tag)
      const source = createReadStream(file, { start, end })
      // The tag is checked when the last byte is through, and only then does the transaction end.
      await pipeline(source, decipher, createGunzip(), (lines) =>
        putBack(client, lines as NodeJS.ReadableStream),
      )
      // What left after the backup was made is not known here: a person lets mail go on, `npm run mail:release`.
      await client.query(
        'insert into mail_hold (as_of) select $1 where not exists (select 1 from mail_hold where released_at is null)',
        [head.at],
      )
      await client.query('commit')
      return head
    })
  } finally {
    await pool.end()
  }
}

async function demandEmpty(client: PoolClient, schema: string): Promise<void> {
  const found = await schemaOf(client)
  if (found !== schema) throw new Error(`The backup has schema ${schema}, the database ${found || 'none'}.`)
  const { rows } = await client.query<{ used: boolean }>('select exists (select 1 from notice) as used')
  if (rows[0]?.used) throw new Error('The database holds notices. A backup is put into an empty one only.')
}

async function putBack(client: PoolClient, stream: NodeJS.ReadableStream): Promise<void> {
  let table: Table | null = null
  let waiting: string[] = []
  const flush = async () => {
    if (table && waiting.length > 0) await insertLines(client, table, waiting)
    waiting = []
  }
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const mark = /^\{"(table|sequences)":/.test(line) ? (JSON.parse(line) as Record<string, unknown>) : null
    if (!mark) waiting.push(line)
    if (waiting.length >= BATCH || mark) await flush()
    if (mark?.['table']) table = { name: mark['table'] as string, columns: mark['columns'] as string[] }
    for (const { name, value } of (mark?.['sequences'] ?? []) as { name: string; value: string }[])
      await client.query('select setval($1::regclass, $2)', [quoted(name), value])
  }
}

async function insertLines(
  client: PoolClient,
  { name, columns }: Table,
  lines: readonly string[],
): Promise<void> {
  const list = columns.map(quoted).join(', ')
  await client.query(
    `insert into ${quoted(name)} (${list}) overriding system value
      select ${list} from json_populate_recordset(null::${quoted(name)}, $1::json)`,
    [`[${lines.join(',')}]`],
  )
}
