// Puts a chaos run into words: a table for the terminal and a page for the documents.
import { cpus, release, totalmem, type } from 'node:os'
import type { Verdict } from './judge.ts'
import type { Result, Suffered } from './run.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** True when no rule is broken. */
export const isClean = ({ verdicts }: Result) => verdicts.every(({ bad }) => bad === 0)

function byName(suffered: readonly Suffered[]) {
  return [...Map.groupBy(suffered, ({ name }) => name)].map(([name, some]) => {
    const recovered = some.flatMap(({ recoveredMs }) => (recoveredMs === null ? [] : [recoveredMs]))
    return {
      name,
      times: some.length,
      worst: recovered.length === some.length ? seconds(Math.max(...recovered)) : 'not seen',
    }
  })
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The run as text in Markdown, which a terminal shows as well as a page. */
export function describeRun(result: Result): string {
  const { answers, told, suffered, verdicts, lateness } = result
  const unexpected = Object.entries(answers.unexpected)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')
  return [
    `Seed ${result.seed}, storm of ${result.seconds} s, queue on ${result.queue}, ${suffered.length} faults.`,
    `Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node ${process.version}.`,
    `Told with 2xx: ${Object.entries(told)
      .map(([kind, count]) => `${count} ${kind}s`)
      .join(
        ', ',
      )} (${answers.busy} times asked to come again, ${answers.broken} times no answer, ${unexpected || 'nothing unexpected'}).`,
    `Came of it: ${result.cases} cases, ${result.effects} effects, ${result.letters} letters, of which ${result.repeats} twice. At rest ${result.drainSeconds} s after the storm.`,
    '',
    table(
      ['what was due', 'how many', 'late p50', 'p99', 'worst'],
      lateness.map(({ what, count, p50, p99, max }) => [
        what,
        count,
        seconds(p50),
        seconds(p99),
        seconds(max),
      ]),
    ),
    '',
    table(
      ['fault', 'times', 'work flowed again after at most'],
      byName(suffered).map(({ name, times, worst }) => [name, times, worst]),
    ),
    '',
    table(
      ['rule', 'says', 'rows that break it'],
      verdicts.map(({ rule, says, bad }) => [rule, says, bad]),
    ),
    '',
    isClean(result)
      ? 'Every rule holds.'
      : `BROKEN: ${verdicts
          .filter(({ bad }) => bad > 0)
          .map(({ rule }) => rule)
          .join(', ')}`,
  ].join('\n')
}

const preface = `# Chaos and the judge

\`npm run chaos\` starts the whole service as separate processes on servers of its own, sends it a seeded stream of
notices, updates and events from Kronofogden, breaks it in seeded ways, and then holds three ledgers against each
other: what senders were told, what the database holds, what the mail server received. Every rule is a count of rows
that break it; each must be 0. \`npm run chaos -- --minutes 15 --seed 7 --backend postgres\` runs longer, with another
seed, on another queue backend. The same seed makes the same choices; timings stay the machine's own.

A fault is *over* when what was broken is there again; work *flows* when the oldest thing to do, mail apart, is younger
than 2.5 s. Faults overlap: the time until work flows holds those that came after, too.
Lateness is measured over everything that was due. It is the time that really passed: where the run moved the
database's clock forward (the service stopped over its deadlines), that leap is taken out.

Below is the latest run, as the run itself wrote it.

`

/** A negative control that was tried: which rules broke, and whether the judge saw what it had to see. */
export type Tried = { name: string; broken: readonly Verdict[]; seen: boolean }

/** The controls as a table. */
export function describeControls(tried: readonly Tried[]): string {
  const rows = tried.map(({ name, broken, seen }) => [
    name,
    broken.map(({ rule, bad }) => `${rule} ${bad}`).join(', ') || 'nothing',
    seen ? 'seen' : 'NOT SEEN',
  ])
  return table(['defect put in on purpose', 'rules broken, with rows', 'the judge'], rows)
}

/** The page that is kept in the documents. */
export function pageOf(result: Result, tried: readonly Tried[], at: string): string {
  const controls = tried.length > 0 ? `\n## Negative controls\n\n${describeControls(tried)}\n` : ''
  return `${preface}## ${at} UTC\n\n${describeRun(result)}\n${controls}`
}
