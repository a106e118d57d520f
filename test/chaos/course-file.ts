// The long course of chaos: many seeds in portions, each seed's newest run a line of docs/chaos-course.csv, and the page from it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend } from './queue.ts'
import type { Result } from './run.ts'

const root = join(import.meta.dirname, '../..')
const path = join(root, 'docs/chaos-course.csv')

const columns = [
  'seed',
  'queue',
  'date',
  'commit',
  'storm_s',
  'whole_s',
  'faults',
  'kinds',
  'notices',
  'answers',
  'cases',
  'effects',
  'letters',
  'doubled',
  'work_p99_s',
  'work_worst_s',
  'stages',
  'stages_p99_s',
  'stages_worst_s',
  'after_stop_worst_s',
  'rules',
  'broken',
  'unanswered',
  'covered',
] as const

/** One seed as it stands in the file: every figure as text, `broken` the rules with their rows, empty when all hold. */
export type Line = Record<(typeof columns)[number], string>

/** The code that ran: its commit, with a plus sign when files differ from it. */
export function commitHere(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
    const own = ['.', ':!docs']
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno', '--', ...own) ? '+' : '')
    )
  } catch {
    return 'no git'
  }
}

const tenths = (ms: number) => (ms / 1000).toFixed(1)

/** A result as a line. */
export function lineOf(result: Result, backend: Backend, commit: string): Line {
  const { suffered, answers, verdicts, lateness } = result
  const [work, stages, stop] = lateness
  const broken = verdicts.filter(({ bad }) => bad > 0).map(({ rule, bad }) => `${rule} ${bad}`)
  const figures = {
    seed: result.seed,
    queue: backend,
    date: new Date().toISOString().slice(0, 10),
    commit,
    storm_s: Math.round(result.seconds),
    whole_s: result.tookSeconds,
    faults: suffered.length,
    kinds: new Set(suffered.map(({ name }) => name)).size,
    notices: result.notices,
    answers: answers.ok,
    cases: result.cases,
    effects: result.effects,
    letters: result.letters,
    doubled: result.repeats,
    work_p99_s: tenths(work?.p99 ?? 0),
    work_worst_s: tenths(work?.max ?? 0),
    stages: stages?.count ?? 0,
    stages_p99_s: tenths(stages?.p99 ?? 0),
    stages_worst_s: tenths(stages?.max ?? 0),
    after_stop_worst_s: tenths(stop?.max ?? 0),
    rules: verdicts.length,
    broken: broken.join(' '),
    unanswered: result.repeatsUnanswered,
    covered: result.covered,
  }
  return Object.fromEntries(columns.map((name) => [name, String(figures[name])])) as Line
}

/** The lines of a file of this form. */
export function readLines(text: string): Line[] {
  const [, ...rows] = text.trim().split('\n')
  return rows.map((row) => {
    const cells = row.split(';')
    return Object.fromEntries(columns.map((name, place) => [name, cells[place] ?? ''])) as Line
  })
}

/** The text of such a file, in the order of queues and seeds. */
export function writeLines(lines: readonly Line[]): string {
  const sorted = lines.toSorted(
    (one, other) => other.queue.localeCompare(one.queue) || Number(one.seed) - Number(other.seed),
  )
  return `${[columns, ...sorted.map((line) => columns.map((name) => line[name]))].map((cells) => cells.join(';')).join('\n')}\n`
}

/** Puts a line in the place of the same seed's earlier one on the same queue. */
export function putLine(lines: readonly Line[], line: Line): Line[] {
  return [...lines.filter(({ seed, queue }) => seed !== line.seed || queue !== line.queue), line]
}

/** What is kept, with this seed's run in it. */
export function keepSeed(line: Line): Line[] {
  const lines = putLine(existsSync(path) ? readLines(readFileSync(path, 'utf8')) : [], line)
  writeFileSync(path, writeLines(lines))
  return readLines(writeLines(lines))
}

const sum = (lines: readonly Line[], name: keyof Line) =>
  lines.reduce((all, line) => all + Number(line[name]), 0)
const worst = (lines: readonly Line[], name: keyof Line) =>
  Math.max(0, ...lines.map((line) => Number(line[name])))

function sums(lines: readonly Line[]): string {
  const [letters, doubled] = [sum(lines, 'letters'), sum(lines, 'doubled')]
  const share = letters === 0 ? '0' : ((100 * doubled) / letters).toFixed(2)
  const broken = lines.filter(({ broken: some }) => some !== '')
  const rules = worst(lines, 'rules')
  const explained = lines.filter(({ unanswered }) => unanswered !== '')
  const causes =
    explained.length === 0
      ? ''
      : `; of ${sum(explained, 'doubled')} in ${explained.length} seeds, ${sum(explained, 'unanswered')} because the mail server took the letter and gave no answer, and ${sum(lines, 'covered')} more lost ones were spoken for by a later letter`
  return [
    `**${lines.length} seeds: ${sum(lines, 'faults')} faults, ${sum(lines, 'notices')} notices, ${sum(lines, 'answers')} answers of 2xx,`,
    `${sum(lines, 'cases')} cases, ${sum(lines, 'effects')} effects, ${sum(lines, 'letters')} letters, of which ${doubled} came twice (${share} %, each with the Message-ID of the first${causes}).`,
    broken.length === 0
      ? `All ${rules} rules hold in every seed: nothing acknowledged was lost, nothing had two effects, no due stage was missed.**`
      : `Rules broken: ${broken.map(({ seed, broken: some }) => `seed ${seed} ${some}`).join('; ')}.**`,
    `After the stop of 26 hours the last missed stage was told of within ${worst(lines, 'after_stop_worst_s').toFixed(1)} s of the start at most.`,
    'Up to three faults last at once and the next follows within a second, for as long as the storm blows: lateness here is that of such',
    'storms. What a single fault costs is in the section of each fault alone, what none costs in that of no faults.',
  ].join('\n')
}

const shown: [heading: string, cell: (line: Line) => string][] = [
  ['seed', (line) => line.seed],
  ['queue', (line) => line.queue],
  ['run', (line) => `${line.date}, ${line.commit}`],
  ['faults (kinds)', (line) => `${line.faults} (${line.kinds})`],
  ['notices', (line) => line.notices],
  ['answers', (line) => line.answers],
  ['effects', (line) => line.effects],
  ['letters (twice)', (line) => `${line.letters} (${line.doubled})`],
  ['work late p99, worst', (line) => `${line.work_p99_s}, ${line.work_worst_s} s`],
  ['stages late p99, worst', (line) => `${line.stages_p99_s}, ${line.stages_worst_s} s`],
  ['rules broken', (line) => line.broken || '0'],
]

/** The course in words: the sums, and a line for each seed. */
export function describeCourse(lines: readonly Line[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = [row(shown.map(([heading]) => heading)), row(shown.map(() => '---'))]
  const rows = lines.map((line) => row(shown.map(([, cell]) => cell(line))))
  return [sums(lines), '', ...head, ...rows].join('\n')
}
