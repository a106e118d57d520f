// After the last test: looks through the server's own log, ends the run's database server and removes its files.
import { join } from 'node:path'
import { lookThroughServer } from './left-behind.ts'

export default async function tearDown() {
  const cluster = globalThis.bokvarCluster
  try {
    // What is thrown here ends the run as failed.
    if (cluster) lookThroughServer(join(cluster.folder, 'postgres.log'), process.env.BOKVAR_TEST_LEFT)
  } finally {
    await cluster?.stop()
  }
}
