// `npm run deadline -- --kind rent --served 2026-12-03 --board 2026-12-02`: every date of the law from the days given, with its steps.
import { parseArgs } from 'node:util'
import { readDataFile } from '../../config/files.ts'
import { longDate } from '../../shared/domain/date-words.ts'
import { FACT_NAMES, FACTS, type DeadlineFacts, type FactName } from '../../shared/domain/deadline-facts.ts'
import type { Calculation, ComputedDeadline } from '../../shared/domain/deadline.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { DISPATCH_METHODS } from '../../shared/domain/notice.ts'
import { readLaw } from '../../shared/domain/periods.ts'

/** The days most asked for have short names; every other fact goes by its own, written with hyphens. */
const SHORT: Readonly<Record<string, FactName>> = {
  due: 'dueDate',
  served: 'servedDate',
  board: 'boardNotifiedDate',
}
const flagOf = (fact: FactName) =>
  Object.keys(SHORT).find((flag) => SHORT[flag] === fact) ??
  fact.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const words = {
  sv: {
    lastDay: 'Sista dag',
    safeDay: 'Säker dag',
    notBefore: 'Tidigast',
    rawDate: 'Måldag',
    early: 'Tidigast möjliga dag: en uppgift saknas',
    doubt: 'Osäkert',
  },
  en: {
    lastDay: 'Last day',
    safeDay: 'Safe day',
    notBefore: 'No earlier than',
    rawDate: 'Target day',
    early: 'Earliest possible day: a fact is missing',
    doubt: 'In doubt',
  },
} as const
type Language = keyof typeof words

const KINDS = ['rent', 'cooperative'] as const

/** The command's answer to its arguments: what to print, and whether they could be understood. */
export function answerTo(argv: readonly string[]): { text: string; understood: boolean } {
  const text = { type: 'string' } as const
  const days = Object.fromEntries(FACT_NAMES.map((fact) => [flagOf(fact), text]))
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { ...days, kind: text, method: text, english: { type: 'boolean' }, help: { type: 'boolean' } },
    })
    if (values.help || Object.keys(values).length === 0) return { text: usage(), understood: true }
    const { law, problems } = readLaw(readDataFile('law/periods.csv'), readDataFile('law/holidays.csv'))
    if (!law) return { text: `${problems.join('\n')}\n`, understood: false }
    const calculation = computeDeadlines(factsIn(values), law)
    return { text: printed(calculation, values.english ? 'en' : 'sv'), understood: true }
  } catch (error) {
    return { text: `${(error as Error).message}\n\n${usage()}`, understood: false }
  }
}

function factsIn(values: Readonly<Record<string, string | boolean | undefined>>): DeadlineFacts {
  const said = (flag: string) => (typeof values[flag] === 'string' ? values[flag] : undefined)
  const days = FACT_NAMES.flatMap((fact) => {
    const day = said(flagOf(fact))
    return day === undefined ? [] : [[fact, day] as const]
  })
  return {
    ...Object.fromEntries(days),
    kind: oneOf('kind', KINDS, said('kind')) ?? 'rent',
    boardNotifiedMethod: oneOf('method', DISPATCH_METHODS, said('method')),
  }
}

// A kind that is misspelt must not be counted as another: the dates would look right and be somebody else's.
function oneOf<T extends string>(flag: string, known: readonly T[], said: string | undefined): T | null {
  const found = known.find((one) => one === said)
  if (said !== undefined && found === undefined) throw new Error(`--${flag} takes ${known.join(', ')}.`)
  return found ?? null
}

function printed({ deadlines, statements, findings }: Calculation, language: Language): string {
  const found = findings.map(({ field, message }) => `! ${field.slice(1)}: ${message[language]}`)
  const said = statements.map(({ name, explanation }) => `${name[language]}\n  ${explanation[language]}`)
  const parts = [found.join('\n'), ...deadlines.map((one) => lines(one, language).join('\n')), ...said]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function lines(one: ComputedDeadline, language: Language): string[] {
  const say = words[language]
  const dates = (['notBefore', 'lastDay', 'safeDay'] as const).flatMap((field) =>
    one[field] ? [`  ${say[field]}: ${one[field]} (${longDate(one[field])[language]})`] : [],
  )
  const target =
    dates.length > 0 ? [] : [`  ${say.rawDate}: ${one.rawDate} (${longDate(one.rawDate)[language]})`]
  return [
    `${one.name[language]} [${one.kind}]`,
    ...dates,
    ...target,
    ...(one.basis === 'known' ? [] : [`  ${say.early}`]),
    `  ${one.explanation[language]}`,
    ...one.steps.map((step) => `    ${step[language]}`),
    ...(one.doubt ? [`  ${say.doubt}: ${one.doubt[language]}`] : []),
    `  ${one.source}`,
  ]
}

function usage(): string {
  const flags = FACT_NAMES.map(
    (fact) => `  --${flagOf(fact).padEnd(30)} ${FACTS[fact].sv} / ${FACTS[fact].en}`,
  )
  return [
    'npm run deadline -- --kind rent --served 2026-12-03 --board 2026-12-02 [--english]',
    `  --${'kind'.padEnd(30)} ${KINDS.join(', ')}`,
    `  --${'method'.padEnd(30)} ${DISPATCH_METHODS.join(', ')}`,
    ...flags,
    '',
  ].join('\n')
}

if (import.meta.main) {
  const { text, understood } = answerTo(process.argv.slice(2))
  process.stdout.write(text)
  process.exitCode = understood ? 0 : 1
}
