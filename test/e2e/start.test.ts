// Servers of our own: they start anywhere, keep what they were told, come back after kill -9 and leave nothing running.
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { sql } from 'kysely'
import { overTls } from '../../config/tls.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { FolderInUse, isAlive } from '../../services/start/owner.ts'
import { isListening } from '../../services/start/ports.ts'
import { startPostgres } from '../../services/start/postgres.ts'
import type { Postgres } from '../../services/start/postgres.ts'
import { keep } from '../../services/start/supervise.ts'
import { hasOpenssl, selfSigned } from '../support/certificates.ts'
import { freshDatabase } from '../support/cluster.ts'

const HOLDER = fileURLToPath(new URL('../support/hold-postgres.mjs', import.meta.url))
const isRoot = process.getuid?.() === 0
let home = ''
let open: { stop: () => Promise<void> }[] = []
let holders: ChildProcess[] = []

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'bokvar start with a space '))
  chmodSync(home, 0o755)
})

afterEach(async () => {
  await Promise.all(open.map((server) => server.stop()))
  open = []
  for (const holder of holders) holder.kill('SIGKILL')
  holders = []
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

async function start(name: string, durable = true): Promise<Postgres> {
  const server = await startPostgres({ dataDir: join(home, name), durable })
  open.push(server)
  return server
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

/** Waits for something outside this process. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 120_000
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error('Waited in vain')
    await pause(25)
  }
}

/** A process of its own that starts a server and then only lives. */
async function hold(
  dataDir: string,
  account: { uid?: number; gid?: number } = {},
): Promise<[ChildProcess, Postgres]> {
  const child = spawn(process.execPath, [HOLDER, dataDir], {
    ...account,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  holders.push(child)
  for await (const line of createInterface({ input: child.stdout }))
    return [child, JSON.parse(line) as Postgres]
  throw new Error('The holder ended before its server ran')
}

test('a durable server keeps every promise of its own and is closed to whoever has no password', async () => {
  const { url } = await start('durable')
  const settings = await ask(
    url,
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes',
       'data_checksums', 'max_connections', 'TimeZone', 'listen_addresses', 'server_encoding')`,
  )
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    data_checksums: 'on',
    max_connections: '200',
    TimeZone: 'UTC',
    listen_addresses: '127.0.0.1',
    server_encoding: 'UTF8',
  })
  const without = new URL(url)
  without.password = 'wrong'
  await expect(ask(without.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  expect(statSync(join(home, 'durable', 'password')).mode & 0o077).toBe(0)
  expect(await ask(url, `select lower('ÅÄÖ') as small, 'Ö' > 'Z' as sorted`)).toEqual([
    { small: 'åäö', sorted: true },
  ])
})

const withOpenssl = hasOpenssl ? test : test.skip

withOpenssl(
  'over TLS the certificate is checked: ours is believed, another’s and another name are not',
  async () => {
    const { url } = await start('durable')
    const [place] = (await ask(url, 'show data_directory')) as { data_directory: string }[]
    const folder = place!.data_directory
    const [own, other] = [selfSigned(folder, 'own'), selfSigned(home, 'other')]
    const { uid, gid } = statSync(folder)
    for (const file of Object.values(own)) chownSync(file, uid, gid)
    for (const [name, value] of [
      ['ssl_key_file', own.key],
      ['ssl_cert_file', own.cert],
      ['ssl', 'on'],
    ])
      await ask(url, `alter system set ${name} = '${value}'`)
    await ask(url, 'select pg_reload_conf()')
    await until(async () => (await ask(url, 'show ssl'))[0]?.['ssl'] === 'on')
    const over = async (change: { ca?: string; host?: string }) => {
      const address = new URL(
        overTls('database', url.replace('127.0.0.1', 'db.example'), { off: [], caFile: change.ca }) ?? '',
      )
      // What production's settings make of an address, with the name put back that this machine has.
      address.hostname = change.host ?? '127.0.0.1'
      const db = openDatabase({ url: address.href, role: 'owner', max: 1 })
      try {
        return (await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db)).rows
      } finally {
        await db.destroy()
      }
    }
    expect(await over({ ca: own.cert })).toEqual([{ ssl: true }])
    await expect(over({ ca: other.cert })).rejects.toThrow(/self.signed|certificate/)
    await expect(over({})).rejects.toThrow(/self.signed|certificate/)
    await expect(over({ ca: own.cert, host: 'localhost' })).rejects.toThrow(/altname|Hostname/)
  },
)

test('a restart keeps the data, also after kill -9 of the server', async () => {
  const first = await start('kept')
  await ask(first.url, 'create table fact (id int)')
  await ask(first.url, 'insert into fact values (1)')
  await first.stop()
  const second = await start('kept')
  await ask(second.url, 'insert into fact values (2)')
  process.kill(second.pid, 'SIGKILL')
  await second.exited
  const third = await start('kept')
  expect(await ask(third.url, 'select id from fact order by id')).toEqual([{ id: 1 }, { id: 2 }])
})

test('a kept server killed with -9 comes back on the same port', async () => {
  const dataDir = join(home, 'kept-port')
  const said: string[] = []
  const keeper = await keep<Postgres>({
    name: 'postgres',
    start: (before) => startPostgres({ dataDir, durable: true, ...(before && { port: before.port }) }),
    tell: (text) => said.push(text),
    onStart: () => undefined,
  })
  open.push(keeper)
  const { pid, port, url } = keeper.current()
  process.kill(pid, 'SIGKILL')
  await until(() => keeper.current().pid !== pid)
  expect(keeper.current()).toMatchObject({ port, url })
  expect(await ask(url, 'select 1 as up')).toEqual([{ up: 1 }])
  expect(said).toEqual(['postgres: ended unexpectedly, starting it again.', 'postgres: runs again.'])
})

test('kill -9 of the parent leaves no server running, and the next start is none the worse', async () => {
  const dataDir = join(home, 'orphaned')
  const [parent, { pid, port, url }] = await hold(dataDir)
  await ask(url, 'create table fact (id int)')
  parent.kill('SIGKILL')
  await until(() => !isAlive(pid))
  expect(await isListening(port)).toBe(false)
  const next = await start('orphaned')
  expect(await ask(next.url, 'select * from fact')).toEqual([])
})

test('a folder in use is refused by name of the process, and two folders run side by side', async () => {
  const [parent, other] = await hold(join(home, 'busy'))
  const ended = new Promise((done) => parent.once('exit', done))
  await expect(startPostgres({ dataDir: join(home, 'busy'), durable: true })).rejects.toThrow(FolderInUse)
  const mine = await start('beside')
  expect(mine.port).not.toBe(other.port)
  expect(await ask(other.url, 'select 1 as up')).toEqual([{ up: 1 }])
  parent.kill('SIGTERM')
  await ended
  await until(() => !isAlive(other.pid))
})

const asRoot = isRoot ? test : test.skip
const NOBODY = { uid: 65_534, gid: 65_534 }
// A checkout in root's closed home is out of reach for the user this test plays.
const canRead = isRoot && spawnSync('/bin/sh', ['-c', 'test -r "$1"', 'sh', HOLDER], NOBODY).status === 0
const asNobody = canRead ? test : test.skip

asRoot("root's server runs as somebody unprivileged, also where only root may enter", async () => {
  mkdirSync(join(home, 'closed'), { mode: 0o700 })
  const { url, pid } = await start(join('closed', 'data'))
  const [row] = await ask(url, 'select current_user as name')
  expect(row).toEqual({ name: 'bokvar' })
  expect(statSync(`/proc/${pid}`).uid).not.toBe(0)
})

asNobody('an ordinary user starts one as well, as itself', async () => {
  const folder = join(home, 'ordinary')
  mkdirSync(folder)
  spawnSync('chown', ['65534:65534', folder])
  const [parent, { pid, url }] = await hold(join(folder, 'data'), NOBODY)
  expect(await ask(url, 'select 1 as up')).toEqual([{ up: 1 }])
  expect(statSync(`/proc/${pid}`).uid).toBe(65_534)
  parent.kill('SIGKILL')
  await until(() => !isAlive(pid))
  // Root taking over the folder leaves its files to whoever has them.
  const later = await start(join('ordinary', 'data'))
  expect(statSync(`/proc/${later.pid}`).uid).toBe(65_534)
})

test('each test file has a database of its own, made from the migrated template', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()])
  try {
    await ask(one.url, 'create table mine (id int)')
    await expect(ask(two.url, 'select * from mine')).rejects.toMatchObject({ code: '42P01' })
    expect(await ask(two.url, `select to_regclass('outbox') is not null as migrated`)).toEqual([
      { migrated: true },
    ])
  } finally {
    await one.drop()
    await two.drop()
  }
})
