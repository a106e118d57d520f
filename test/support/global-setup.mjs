// Before the first test: starts the run's database server, unless only tests without one were asked for.
import { mkdirSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { startCluster } from './cluster-run.ts'

const root = join(import.meta.dirname, '../..')

const testsWithDatabase = () =>
  readdirSync(join(root, 'test'), { recursive: true })
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('unit'))
    .map((path) => join(root, 'test', path))

/** The paths or patterns that Jest was given on its command line; none means everything. */
const needsDatabase = ({ testPathPatterns, nonFlagArgs }) => {
  const asked = testPathPatterns?.patterns ?? nonFlagArgs ?? []
  if (asked.length === 0) return true
  const patterns = asked.map((text) => new RegExp(text.replace(/^\.\//, ''), 'i'))
  return testsWithDatabase().some((file) =>
    patterns.some((pattern) => pattern.test(file) || pattern.test(relative(root, file))),
  )
}

export default async function setUp(globalConfig) {
  // Every process that a test starts is compiled once, not each time: half of what it costs to start one.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/bokvar')
  if (!needsDatabase(globalConfig)) return
  const cluster = await startCluster()
  globalThis.bokvarCluster = cluster
  // Jest's workers are started after this and inherit it.
  process.env.BOKVAR_TEST_CLUSTER = cluster.url
  process.env.BOKVAR_TEST_LEFT = join(cluster.folder, 'left')
  mkdirSync(process.env.BOKVAR_TEST_LEFT)
}
