// The folder of our own PostgreSQL: made, reachable, owned by the right user, and free of a server left behind.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Account } from './guard.ts'
import { accountFor, findBinaries, own } from './postgres-binaries.ts'
import type { Binaries } from './postgres-binaries.ts'
import { endStray } from './stray.ts'

/** The one database user of a server of ours. */
export const USER = 'bokvar'

/** Programs, user and folders of one server; `dataArgument` is how the server itself names its data folder. */
export type Place = Binaries & { account: Account; root: string; data: string; dataArgument: string }

/** How the server may name its data folder: root's closed home is no way for the user it runs as. */
const nameFor = (data: string, account: Account): string => {
  if (account.uid === undefined) return data
  const seen = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', data], { ...account, cwd: '/' })
  if (seen.status === 0) return data
  // The folder is entered before the rights are dropped; from inside, Linux needs no path to it.
  if (existsSync('/proc/self/cwd')) return '/proc/self/cwd'
  throw new Error(`The user that PostgreSQL runs as cannot reach ${data}. Set BOKVAR_DATA to an open folder.`)
}

/** Makes the folders under `dataDir` and finds the programs and the user to run them as. */
export const preparePlace = (dataDir: string): Place => {
  const root = resolve(dataDir)
  const data = join(root, 'data')
  mkdirSync(data, { recursive: true })
  const account = accountFor(data)
  chmodSync(root, 0o711)
  chmodSync(data, 0o700)
  own(data, account)
  return { ...findBinaries(account), account, root, data, dataArgument: nameFor(data, account) }
}

/** Ends a server left behind in this folder; the caller owns the folder, so nobody else can be using it. */
export const endLeftover = async ({ data }: Place): Promise<void> => {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  await endStray({ pid, folder: data, word: 'postgres' }, ['SIGINT', 'SIGQUIT', 'SIGKILL'])
  // PostgreSQL itself refuses to start while the number in a stale file belongs to any living process.
  rmSync(file, { force: true })
}

/** The password of the server in `root`: `wanted` or a random one, kept from the first start, readable by its owner only. */
export const keepPassword = (root: string, wanted?: string): string => {
  const file = join(root, 'password')
  if (!existsSync(file)) writeFileSync(file, wanted ?? randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

// PostgreSQL's own C.UTF-8 sorts and folds case alike on every machine, whatever locales are installed.
const localeArguments = (major: number): string[] =>
  major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : ['--locale-provider=libc', '--locale=C.UTF-8']

const run = (place: Place, program: string, args: string[]): Promise<void> =>
  new Promise((done, fail) => {
    let said = ''
    const child = spawn(join(place.bin, program), args, {
      ...place.account,
      cwd: place.data,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (text: Buffer) => (said += text.toString()))
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    child.once('error', fail)
    child.once('close', (code) =>
      code === 0 ? done() : fail(new Error(`${program} ended with ${code}: ${said.slice(-1000)}`)),
    )
  })

const initialise = async (place: Place, password: string | undefined): Promise<void> => {
  const common = ['-D', place.dataArgument, '-U', USER, '--encoding=UTF8', ...localeArguments(place.major)]
  if (password === undefined) return run(place, 'initdb', [...common, '--auth=trust', '--no-sync'])
  const passwordFile = join(place.root, 'initial-password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  own(passwordFile, place.account)
  try {
    const secret = ['--auth=scram-sha-256', '--pwfile=../initial-password']
    await run(place, 'initdb', [...common, ...secret, '--data-checksums'])
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** True when the folder holds no finished cluster yet. */
export const isNew = ({ root }: Place): boolean => !existsSync(join(root, 'initialised'))

/**
 * Creates the cluster once: with a password (scram, checksums) or without (trust, for tests).
 * A folder whose creation was cut short never held a fact: it is begun anew.
 */
export const ensureInitialised = async (place: Place, password: string | undefined): Promise<void> => {
  if (!isNew(place)) return
  rmSync(place.data, { recursive: true, force: true })
  mkdirSync(place.data, { mode: 0o700 })
  own(place.data, place.account)
  await initialise(place, password)
  writeFileSync(join(place.root, 'initialised'), `PostgreSQL ${place.major}\n`)
}
