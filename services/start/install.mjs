// Before `npm start` and `npm test`: installs what is missing, in plain words. Runs on Node 20 and without node_modules.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const modules = join(root, 'node_modules')
const marker = join(modules, '.bokvar-installed')
const runtime = join(modules, '.bin', 'node')

const say = (text) => process.stdout.write(`${text}\n`)

/** What must be installed: this lockfile, for this kind of machine. */
const wanted = () => {
  const lock = readFileSync(join(root, 'package-lock.json'))
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`
}

const changedAt = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0)

/** True when the packages are those of the lockfile: by our own mark, or because somebody ran `npm ci` by hand. */
const isInstalled = () => {
  if (!existsSync(join(modules, 'node', 'package.json'))) return false
  if (existsSync(marker)) return readFileSync(marker, 'utf8') === wanted()
  const byNpm = changedAt(join(modules, '.package-lock.json'))
  return byNpm > 0 && byNpm >= changedAt(join(root, 'package-lock.json'))
}

/** True when the pinned Node is in place: npm 12 does not run the install script that brings it. */
const hasRuntime = () => {
  const pinned = JSON.parse(readFileSync(join(modules, 'node', 'package.json'), 'utf8')).version
  return spawnSync(runtime, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${pinned}`
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Runs `work` alone in this folder: two starts side by side must not install over each other. */
const alone = async (work) => {
  const lock = join(root, '.bokvar', 'install.lock')
  mkdirSync(dirname(lock), { recursive: true })
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    // An empty lock is one that is just being written; a dead holder was cut short.
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true })
    else if (waited === 0) say('Another start is installing here already; waiting for it …')
    await pause(500)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** How many packages are unpacked: npm makes all folders at once and fills them one by one. */
const countPackages = () => {
  const names = existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')) : []
  const folders = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => join(name, part)) : [name],
  )
  return folders.filter((name) => existsSync(join(modules, name, 'package.json'))).length
}

/** npm as it was called, or the one on the PATH; the same npm then serves the whole start. */
const npm = (args) => {
  const script = process.env.npm_execpath
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }
  return script?.endsWith('.js')
    ? spawn(process.execPath, [script, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' })
}

/** Runs a program and resolves with its exit code and the beginning of what it said: npm ends with its manual. */
const finish = (child) =>
  new Promise((resolve) => {
    let said = ''
    const hear = (text) => (said = (said + text).slice(0, 3000))
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', (error) => resolve({ code: 1, said: error.message }))
    child.once('close', (code) => resolve({ code, said }))
  })

const installPackages = async () => {
  const started = Date.now()
  say('Installing the packages of package-lock.json (about half a minute the first time) …')
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000)
    say(`  … ${seconds} s, ${countPackages()} packages so far`)
  }, 5000)
  // The pinned Node and PostgreSQL are development packages: a NODE_ENV=production must not leave them out.
  const { code, said } = await finish(
    npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']),
  )
  clearInterval(progress)
  if (code !== 0) {
    throw new Error(`The installation failed. Check the network and run the command again.\n\n${said.trim()}`)
  }
  say(`The packages are installed (${Math.round((Date.now() - started) / 1000)} s).`)
}

/** npm links programs before install scripts run, and leaves out the one that was not there yet. */
const linkRuntime = () => {
  const program = join(modules, 'node', 'bin', 'node')
  if (!existsSync(program) || existsSync(runtime)) return
  rmSync(runtime, { force: true })
  mkdirSync(dirname(runtime), { recursive: true })
  symlinkSync(join('..', 'node', 'bin', 'node'), runtime)
}

const repairRuntime = async () => {
  say('Fetching the Node version of this project …')
  const folder = join(modules, 'node')
  const script = join(folder, 'installArchSpecificPackage.js')
  const { said } = await finish(
    spawn(process.execPath, [script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  linkRuntime()
  if (!hasRuntime())
    throw new Error(
      `Node could not be fetched. Check the network and run the command again.\n\n${said.trim()}`,
    )
}

const styles = join(root, 'services', 'web', 'styles')
const sheet = join(root, 'public', 'app.css')

const stylesAreOld = () =>
  existsSync(join(styles, 'build.ts')) &&
  readdirSync(styles).some((name) => changedAt(join(styles, name)) > changedAt(sheet))

const buildStyles = async () => {
  say('Building the style sheet of the pages …')
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }
  const { code, said } = await finish(spawn(runtime, ['--no-warnings', join(styles, 'build.ts')], options))
  if (code !== 0) throw new Error(`The style sheet could not be built.\n\n${said.trim()}`)
}

const makeReady = async () => {
  if (!isInstalled()) await installPackages()
  if (!hasRuntime()) await repairRuntime()
  if (stylesAreOld()) await buildStyles()
  if (!existsSync(marker)) writeFileSync(marker, wanted())
}

const isReady = () => existsSync(marker) && isInstalled() && hasRuntime() && !stylesAreOld()

try {
  if (!isReady()) await alone(makeReady)
} catch (error) {
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
