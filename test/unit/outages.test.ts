// Whose trouble an error is, and a process that ends with the letter in hand.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { troubleOf } from '../../shared/outages.ts'
import { openTurn } from '../../workers/in-turn.ts'

test.each([
  [{ code: 'ECONNREFUSED' }, 'away'],
  [{ code: '57P01' }, 'away'],
  [{ code: '53300' }, 'away'],
  // No handle left for a line to the database: the rows are not at fault.
  [{ code: 'EMFILE' }, 'away'],
  [{ code: '28P01' }, 'away'],
  [{ code: '25006' }, 'away'],
  [{ code: 'ENOENT', syscall: 'connect' }, 'away'],
  [{ code: 'ERR_STREAM_DESTROYED' }, 'away'],
  [{ code: 'ECONNLATE' }, 'away'],
  [{ message: 'Connection terminated unexpectedly' }, 'away'],
  [{ message: 'Connection terminated due to connection timeout' }, 'away'],
  [{ message: 'driver has already been destroyed' }, 'away'],
  [{ message: 'timeout exceeded when trying to connect' }, 'away'],
  [{ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } }, 'away'],
  [{ message: 'wrapped', cause: { code: '23505' } }, 'fault'],
  [{ code: '40P01' }, 'busy'],
  [{ code: '55P03' }, 'busy'],
  [{ code: '57014' }, 'busy'],
  [{ code: '25P03' }, 'busy'],
  [{ code: 'EBUSY' }, 'busy'],
  // Each of these was once taken for an outage, and would have been tried for ever without anybody being told.
  [{ message: 'No template for rent-termination' }, 'fault'],
  [{ code: 'ERR_INVALID_ARG_TYPE' }, 'fault'],
  [{ code: 'EENVELOPE' }, 'fault'],
  [{ code: '23505' }, 'fault'],
  [{ code: 'XX000' }, 'fault'],
  [{ code: 'ENOENT', syscall: 'open' }, 'fault'],
  [{ message: 'Cannot read properties of undefined' }, 'fault'],
  [undefined, 'fault'],
])('an error of %o is %s', (error, trouble) => expect(troubleOf(error)).toBe(trouble))

test('letters leave a process one after the other, and the last is finished before it ends', async () => {
  const letters = openTurn()
  const [begun, gate] = [[] as number[], Promise.withResolvers<void>()]
  const sending = [0, 1, 2].map((n) =>
    letters.run(async () => {
      begun.push(n)
      await gate.promise
      return n
    }),
  )
  const ends = Promise.allSettled(sending)
  while (begun.length === 0) await Promise.resolve()
  letters.close()
  gate.resolve()
  await letters.ended()
  expect(begun).toEqual([0])
  const codes = (await ends).map((end) => (end.status === 'rejected' ? troubleOf(end.reason) : end.value))
  expect(codes).toEqual([0, 'away', 'away'])
})

test('a file that cannot be opened apart, because no handle is left for the process, is nobody’s bad file', async () => {
  const script = `
    import { openSync } from 'node:fs'
    import { troubleOf } from '${new URL('../../shared/outages.ts', import.meta.url).href}'
    import { readUploadedFile } from '${new URL('../../shared/read-file.ts', import.meta.url).href}'
    const told = process.stdout
    try { for (;;) openSync('/dev/null') } catch {}
    const bytes = Buffer.from('typ;egen_referens\\n'.repeat(5_000))
    told.write(await readUploadedFile({ bytes, name: 'november.csv' }).then(() => 'read', troubleOf), () => process.exit())`
  const few = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath]
  const node = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)('sh', [...few, ...node])
  expect(stdout).toBe('away')
})
