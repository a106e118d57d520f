// What a fuzz run says: the figures beside their limits, what was wrong, and the page in the documents.
import { cpus, totalmem } from 'node:os'
import type { Outcome } from './run.ts'
import type { Readings } from './watch.ts'

export type Report = Outcome & Readings & { seed: number; seconds: number; leaks: number; undone: number }

const LIMITS = { megabytes: 400, loopMs: 200 }

const count = (value: number) => value.toLocaleString('en')

/** The figures that must hold, each with its limit and whether it does. */
export function figuresOf(report: Report): { what: string; figure: string; limit: string; holds: boolean }[] {
  const peak = Math.max(...report.megabytes.values())
  const wrong = [...report.wrong].map(([what, number]) => `${what} ${number}`).join(', ')
  const crashes = report.died.length
  return [
    {
      what: 'Answers with 5xx',
      figure: count(report.wrong.get('5xx') ?? 0),
      limit: '0',
      holds: !report.wrong.has('5xx'),
    },
    { what: 'Processes that ended', figure: report.died.join(', ') || '0', limit: '0', holds: crashes === 0 },
    {
      what: 'Answers not as declared, or with personal data in a refusal',
      figure: wrong || '0',
      limit: '0',
      holds: report.wrong.size === 0,
    },
    {
      what: 'Personal data in log files, lines',
      figure: count(report.leaks),
      limit: '0',
      holds: report.leaks === 0,
    },
    {
      what: 'Work left undone afterwards, rows',
      figure: count(report.undone),
      limit: '0',
      holds: report.undone === 0,
    },
    {
      what: 'Peak resident memory of a process, MB',
      figure: count(Math.round(peak)),
      limit: `under ${LIMITS.megabytes}`,
      holds: peak < LIMITS.megabytes,
    },
    {
      what: 'Longest delay of the web’s event loop, ms',
      figure: count(Math.round(report.loopMs)),
      limit: `under ${LIMITS.loopMs}`,
      holds: report.loopMs < LIMITS.loopMs,
    },
  ]
}

/** The run as a page of the documents, and as the terminal shows it. */
export function pageOf(report: Report): string {
  const rows = figuresOf(report).map(
    ({ what, figure, limit, holds }) => `| ${what} | ${figure} | ${limit} | ${holds ? 'yes' : '**no**'} |`,
  )
  const statuses = [...report.statuses].toSorted(([a], [b]) => a - b)
  const reached = [...report.reached].map(
    ([name, { sent, fine }]) => `| \`${name}\` | ${count(sent)} | ${count(fine)} |`,
  )
  const memory = [...report.megabytes].map(([name, peak]) => `${name} ${Math.round(peak)} MB`)
  return [
    '# Bad input: what a fuzz run showed',
    '',
    '`npm run fuzz` writes this page. It starts the service as separate processes and sends every operation of the OpenAPI',
    'document: one request in five whole, the others spoilt in their values, bytes, headers, address, method or file, from a',
    'seed. Each answer is held against the document; each refusal is searched for the names and numbers that were sent.',
    '',
    `${count(report.requests)} requests, seed ${report.seed}, ${count(Math.round(report.seconds))} s (${count(Math.round(report.requests / report.seconds))} a second), on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}.`,
    '',
    '| what | figure | limit | holds |',
    '|---|---|---|---|',
    ...rows,
    '',
    `Answers by status: ${statuses.map(([status, number]) => `${status}: ${count(number)}`).join(', ')}. Connections ended before an answer (a body over the limit is not read to its end): ${count(report.cut)}.`,
    '',
    `Peak memory: ${memory.join(', ')}.`,
    '',
    `The web’s at its largest: ${[...report.web].map(([kind, size]) => `${kind} ${Math.round(size)} MB`).join(', ')}.`,
    '',
    '| operation | requests | answered 2xx |',
    '|---|---|---|',
    ...reached,
    '',
  ].join('\n')
}
