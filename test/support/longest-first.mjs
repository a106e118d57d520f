// The order of the run: what takes longest begins first, so that no worker stands idle beside one that has just begun it.
import { readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')
const seconds = JSON.parse(readFileSync(join(import.meta.dirname, 'longest.json'), 'utf8'))

/** Seconds on a quiet machine as last written down; of a file that is not there the size says enough. */
const weightOf = (path) => seconds[relative(root, path)] ?? Math.min(4, statSync(path).size / 5_000)

export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((one, other) => weightOf(other.path) - weightOf(one.path))
  }
  shard(tests, { shardIndex, shardCount }) {
    return this.sort(tests).filter((_, place) => place % shardCount === shardIndex - 1)
  }
  // What failed last time has no place of its own: a clean clone knows of no last time.
  allFailedTests(tests) {
    return tests
  }
  cacheResults() {}
}
