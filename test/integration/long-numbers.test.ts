// Numbers people read: padded while they are short, and never cut when a municipality has had more than the padding holds.
import { expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'
import { freshDatabase } from '../support/cluster.ts'

test.each([
  ['case', 'next_case_number()', 'case_number_seq', 9_999, /^\d{4}-9999$/, /^\d{4}-10000$/],
  ['notice', 'next_notice_number()', 'notice_number_seq', 99_999, /^M\d{4}-99999$/, /^M\d{4}-100000$/],
])(
  'the %s after the widest short number has a number of its own',
  async (_, call, sequence, last, short, long) => {
    const { url, drop } = await freshDatabase()
    const owner = openDatabase({ url, role: 'owner', max: 1 })
    try {
      const next = async () => {
        const { rows } = await sql<{ number: string }>`select ${sql.raw(call)} as number`.execute(owner)
        return rows[0]?.number
      }
      expect(await next()).toMatch(/-0+1$/)
      await sql`select setval(${sequence}, ${last - 1})`.execute(owner)
      expect(await next()).toMatch(short)
      expect(await next()).toMatch(long)
    } finally {
      await owner.destroy()
      await drop()
    }
  },
)
