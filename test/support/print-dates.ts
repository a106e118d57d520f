// Prints what the law engine gives for the worked cases and some hard instants; run as a child under another TZ.
import { readFileSync } from 'node:fs'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { addDays, firstWorkingInstant, instantAt, localDateOf } from '../../shared/domain/calendar.ts'
import { shippedLaw } from './law.ts'

const law = shippedLaw()
const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const text = readFileSync(new URL('../fixtures/deadlines.json', import.meta.url), 'utf8')
const { cases }: { cases: { id: string; input: object }[] } = JSON.parse(text)

process.stdout.write(
  JSON.stringify({
    cases: cases.map(({ id, input }) => [id, computeDeadlines(input, law)]),
    received: computeDeadlines({ kind: 'rent', evictionNoticeReceivedAt: '2026-12-23T23:30:00Z' }, law)
      .deadlines,
    instants: ['2026-10-25', '2027-03-28', '2026-12-24'].map((date) => [
      instantAt(date, '02:30'),
      firstWorkingInstant(date, '10:00', office),
      localDateOf(`${date}T00:30:00+02:00`),
      addDays(date, 1),
    ]),
  }),
)
