// After the last test: ends the run's database server and removes its files.
export default async function tearDown() {
  await globalThis.bokvarCluster?.stop()
}
