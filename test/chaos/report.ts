// Puts a chaos run into words: a table for the terminal and a page for the documents.
import { cpus, release, totalmem, type } from 'node:os'
import type { Verdict } from './judge.ts'
import type { Result } from './run.ts'
import type { Suffered } from './storm.ts'
import type { PartRun } from './whole.ts'

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
      waited: seconds(Math.max(...some.map(({ waitedMs }) => waitedMs))),
    }
  })
}

type Cell = string | number

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const machine = () =>
  `Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node ${process.version}.`

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

function toldIn(results: readonly Result[]): string {
  const kinds = [...new Set(results.flatMap(({ told }) => Object.keys(told)))]
  const told = kinds.map((kind) => `${sum(results.map((one) => one.told[kind] ?? 0))} ${kind}s`).join(', ')
  const [busy, broken] = [
    results.map(({ answers }) => answers.busy),
    results.map(({ answers }) => answers.broken),
  ]
  const statuses = [...new Set(results.flatMap(({ answers }) => Object.keys(answers.unexpected)))]
  const unexpected = statuses.map(
    (status) => `${sum(results.map(({ answers }) => answers.unexpected[Number(status)] ?? 0))} × ${status}`,
  )
  const unanswered = sum(results.map((one) => one.unanswered))
  return `Told with 2xx: ${told}; ${unanswered} requests without an answer to the end (${sum(busy)} times asked to come again, ${sum(broken)} times no answer, ${unexpected.join(', ') || 'nothing unexpected'}).`
}

const latenessTable = (lateness: Result['lateness']) =>
  table(
    ['what was due', 'how many', 'late p50', 'p99', 'worst'],
    lateness.map(({ what, count, p50, p99, max }) => [what, count, seconds(p50), seconds(p99), seconds(max)]),
  )

const faultTable = (suffered: readonly Suffered[]) =>
  table(
    ['fault', 'times', 'work waited at most', 'work flowed again after at most'],
    byName(suffered).map(({ name, times, waited, worst }) => [name, times, waited, worst]),
  )

const skippedLine = ({ skipped }: Result) =>
  skipped.length === 0
    ? []
    : ['', `Not tried: ${skipped.map(({ name, reason }) => `${name} (${reason})`).join('; ')}.`]

const verdictTable = (verdicts: readonly Verdict[]) =>
  table(
    ['rule', 'says', 'rows that break it'],
    verdicts.map(({ rule, says, bad }) => [rule, says, bad]),
  )

function conclusion(verdicts: readonly Verdict[]): string {
  const broken = verdicts.filter(({ bad }) => bad > 0)
  return broken.length === 0 ? 'Every rule holds.' : `BROKEN: ${broken.map(({ rule }) => rule).join(', ')}`
}

function figures(result: Result): string[] {
  const { suffered, notices, cases, effects, letters, repeats, repeatsUnanswered, covered } = result
  return [
    `Seed ${result.seed}, storm of ${result.seconds} s, queue on ${result.queue}, ${suffered.length} faults.`,
    machine(),
    toldIn([result]),
    `Came of it: ${notices} notices, ${cases} cases, ${effects} effects, ${letters} letters, of which ${repeats} twice (${repeatsUnanswered} of them because the mail server took it and gave no answer; ${covered} more lost ones were spoken for by a later letter). At rest ${result.drainSeconds} s after the storm.`,
    ...awayLine(result),
  ]
}

function awayLine({ queueAwayMs, dutyToldMs }: Result): string[] {
  if (queueAwayMs === null) return []
  const told =
    dutyToldMs === null ? 'nobody on duty was told' : `on duty one had a letter after ${seconds(dutyToldMs)}`
  return [
    `The queue was away for ${(queueAwayMs / 60_000).toFixed(1)} minutes of real time, to the end; ${told}.`,
  ]
}

/** The run as text in Markdown, which a terminal shows as well as a page. */
export function describeRun(result: Result): string {
  const { suffered, verdicts, lateness } = result
  const parts = [latenessTable(lateness), faultTable(suffered), verdictTable(verdicts)]
  return [
    ...figures(result),
    ...skippedLine(result),
    ...parts.flatMap((part) => ['', part]),
    '',
    conclusion(verdicts),
  ].join('\n')
}

/** A run of faults in turn: what each did, alone. */
export function describeEach(result: Result): string {
  const parts = [latenessTable(result.lateness), faultTable(result.suffered)]
  return [
    ...figures(result),
    ...skippedLine(result),
    ...parts.flatMap((part) => ['', part]),
    '',
    conclusion(result.verdicts),
  ].join('\n')
}

/** Many seeds: one line each, the sums, the faults of all, and each rule's rows over all of them. */
export function describeMany(results: readonly Result[]): string {
  const rows = results.map((one) => [
    one.seed,
    one.suffered.length,
    one.notices,
    one.cases,
    one.effects,
    `${one.letters} (${one.repeats})`,
    ...one.lateness.slice(0, 2).flatMap(({ p99, max }) => [seconds(p99), seconds(max)]),
    sum(one.verdicts.map(({ bad }) => bad)),
  ])
  const [first] = results
  const verdicts = (first?.verdicts ?? []).map(({ rule, says }) => ({
    rule,
    says,
    bad: sum(
      results.flatMap((one) => one.verdicts.filter((verdict) => verdict.rule === rule).map(({ bad }) => bad)),
    ),
  }))
  const all = (
    what: 'notices' | 'cases' | 'effects' | 'letters' | 'repeats' | 'repeatsUnanswered' | 'covered',
  ) => sum(results.map((one) => one[what]))
  const repeated = all('letters') > 0 ? ((100 * all('repeats')) / all('letters')).toFixed(2) : '0'
  const suffered = results.flatMap((one) => one.suffered)
  const head = [
    'seed',
    'faults',
    'notices',
    'cases',
    'effects',
    'letters (twice)',
    'work p99',
    'worst',
    'stages p99',
    'worst',
    'rows that break a rule',
  ]
  return [
    `${results.length} seeds of ${first?.seconds ?? 0} s, queue on ${first?.queue ?? ''}: ${suffered.length} faults, ${all('notices')} notices, ${all('cases')} cases, ${all('effects')} effects, ${all('letters')} letters, of which ${all('repeats')} twice (${repeated} %, each with its own Message-ID; ${all('repeatsUnanswered')} because the mail server took it and gave no answer; ${all('covered')} more lost ones were spoken for by a later letter).`,
    machine(),
    toldIn(results),
    ...(first ? skippedLine(first) : []),
    '',
    table(head, rows),
    '',
    faultTable(suffered),
    '',
    verdictTable(verdicts),
    '',
    conclusion(verdicts),
  ].join('\n')
}

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

/** The whole in one command: a line for each part, every fault alone, the controls, and what came of it. */
export function describeWhole(parts: readonly PartRun[], tried: readonly Tried[], took: number): string {
  const results = parts.map(({ result }) => result)
  const alone = parts.find(({ part }) => part === 'each fault alone')?.result.suffered ?? []
  const rules = Math.max(0, ...results.map(({ verdicts }) => verdicts.length))
  const holds = results.every(isClean)
    ? `Every one of ${rules} rules holds in every part.`
    : 'RULES ARE BROKEN.'
  const seen = tried.filter((one) => one.seen).length
  return [
    `${Math.floor(took / 60)} min ${took % 60} s in all, queue on ${results[0]?.queue ?? ''}.`,
    machine(),
    toldIn(results),
    ...(results[0] ? skippedLine(results[0]) : []),
    '',
    partTable(parts),
    '',
    faultTable(alone),
    '',
    describeControls(tried),
    '',
    `${holds} ${seen} of ${tried.length} negative controls seen.`,
  ].join('\n')
}

function partTable(parts: readonly PartRun[]): string {
  const rows = parts.map(({ part, result }) => [
    part,
    `${result.tookSeconds} s`,
    result.suffered.length,
    result.notices,
    result.answers.ok,
    `${result.letters} (${result.repeats})`,
    ...result.lateness.flatMap(({ p99, max }) => [`${seconds(p99)}, ${seconds(max)}`]),
    result.verdicts.flatMap(({ rule, bad }) => (bad > 0 ? [`${rule} ${bad}`] : [])).join(' ') || '0',
  ])
  const late = ['work late p99, worst', 'stages late p99, worst', 'after the stop p99, worst']
  const head = ['part', 'took', 'faults', 'notices', 'answers', 'letters (twice)', ...late, 'rules broken']
  return table(head, rows)
}
