// Writes docs/asvs.md from docs/asvs.csv: `node test/support/assurance-page.ts` after a change of the sheet.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readTable } from '../../shared/domain/csv-table.ts'

/** One requirement as we judge it. `test` is a title in `file`; `judged` is the day of an answer without one. */
export type Judged = {
  number: string
  level: string
  asks: string
  answer: string
  what: string
  file: string
  test: string
  judged: string
}

/** The sheet's rows. Throws when it cannot be read. */
export function readAssurance(): Judged[] {
  const table = readTable(readFileSync('docs/asvs.csv', 'utf8'))
  if ('brokenAtRow' in table) throw new Error(`docs/asvs.csv cannot be read at row ${table.brokenAtRow}`)
  return table.rows.slice(1).map(({ cells }) => {
    const [number = '', level = '', asks = '', answer = '', what = '', file = '', test = '', judged = ''] =
      cells
    return { number, level, asks, answer, what, file, test, judged }
  })
}

/** The answers, and what each means. */
export const ANSWERS = {
  holds: 'the named test shows it',
  none: 'it does not apply, and why',
  operator: 'it is in the hands of whoever runs the service, with the day it was judged',
  open: 'it is not held, with the day it was judged and what would be next',
} as const

const CHAPTERS = [
  'What is written where it could act',
  'Input and the logic of the work',
  'The browser',
  'The interface over HTTP',
  'Files',
  'Signing in',
  'Sessions',
  'Access',
  'Tokens',
  'OAuth and OpenID Connect',
  'Cryptography',
  'Lines between machines',
  'Settings and secrets',
  'Data',
  'Code and libraries',
  'Logs and errors',
  'WebRTC',
]

const cell = (text: string) => text.replaceAll('|', '\\|')

function line({ number, level, asks, answer, what, file, test, judged }: Judged): string {
  const shown = file === '' ? judged : `${file.replace('test/', '')}: “${test}”`
  return `| \`${number}\` | ${level} | ${cell(asks)} | ${answer} | ${cell(what)} | ${cell(shown)} |`
}

function counts(rows: readonly Judged[]): string[] {
  const count = (answer: string, level?: string) =>
    rows.filter((row) => row.answer === answer && (level === undefined || row.level === level)).length
  return [
    '| answer | level 1 | level 2 | together |',
    '|---|--:|--:|--:|',
    ...Object.entries(ANSWERS).map(
      ([answer, means]) =>
        `| **${answer}**: ${means} | ${count(answer, '1')} | ${count(answer, '2')} | ${count(answer)} |`,
    ),
    `| in all | ${rows.filter(({ level }) => level === '1').length} | ${rows.filter(({ level }) => level === '2').length} | ${rows.length} |`,
  ]
}

/** The page. */
export function assurancePage(rows: readonly Judged[]): string {
  const heading = [
    '| number | level | asks | answer | what is done, or why not | shown by |',
    '|---|--:|---|---|---|---|',
  ]
  const left = rows.filter(({ answer }) => answer === 'open' || answer === 'operator')
  const chapters = CHAPTERS.flatMap((title, place) => {
    const own = rows.filter(({ number }) => number.startsWith(`${place + 1}.`))
    return ['', `## ${place + 1} ${title}`, '', ...heading, ...own.map(line)]
  })
  return [
    '# ASVS 5.0.0, levels 1 and 2',
    '',
    'Every requirement of the [OWASP Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/)',
    '5.0.0 on levels 1 and 2, by its number and in our own words, with the test that shows it. Written by',
    '`node test/support/assurance-page.ts` from [asvs.csv](asvs.csv); a test fails when a number is missing or doubled, when a',
    'named test is not there, or when this page is not what the sheet says. “Holds” means the product as it ships with',
    '`NODE_ENV=production`; it is our own judgement, nobody else has verified it.',
    '',
    ...counts(rows),
    '',
    '## What is not held, and what the operator holds',
    '',
    ...left.map(
      ({ number, asks, answer, what, judged }) =>
        `- \`${number}\` ${asks} (**${answer}**, ${judged}): ${what}.`,
    ),
    ...chapters,
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync('docs/asvs.md', assurancePage(readAssurance()))
