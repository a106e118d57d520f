// How a command of the operator begins and ends: --help before anything is touched, what is not understood is refused, a fault is a sentence.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { EnvironmentFault } from '../../config/env.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values']

/** What a command takes: its text of help, its options, and the name of the one word it `wants`, or `takes`, besides. */
export type Command<O extends Options> = { help: string; options: O; wants?: string; takes?: string }

/** Not understood, or not to be done: apart from 1, which says that something was looked at and is wrong. */
const NOT_DONE = 2

/** What was written on the command line, or why it cannot be understood; `help` where help was asked for. */
export function readCommand<const O extends Options>(
  { options, wants, takes = wants }: Command<O>,
  argv: readonly string[],
): { values: Values<O>; word: string } | 'help' | Error {
  // Asked for anywhere, help is all that happens: a newcomer's question must never begin a deed.
  if (argv.includes('--help') || argv.includes('-h')) return 'help'
  try {
    const given = { args: [...argv], options, allowPositionals: takes !== undefined }
    const { values, positionals } = parseArgs(given)
    const [word = '', ...more] = positionals
    if (wants !== undefined && word === '') return new Error(`${wants} is missing.`)
    if (more.length > 0) return new Error(`One ${takes} is enough: ${more.join(' ')}`)
    return { values, word }
  } catch (error) {
    return error as Error
  }
}

/** Ends the process with what is wrong with the command line, before anything is done. */
export function refuse(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(NOT_DONE)
}

/** What was written on the command line; where it is a question or cannot be understood, the process ends here. */
export function understand<const O extends Options>(
  command: Command<O>,
): { values: Values<O>; word: string } {
  const read = readCommand(command, process.argv.slice(2))
  if (read === 'help') {
    process.stdout.write(`${command.help.trim()}\n`)
    process.exit(0)
  }
  if (read instanceof Error) refuse(`${read.message}\n\n${command.help.trim()}`)
  return read
}

/** Runs `deed` with what was written on the command line. It may return how the process is to exit; nothing is 0. */
export async function runCommand<const O extends Options>(
  command: Command<O>,
  deed: (values: Values<O>, word: string) => Promise<number | void>,
): Promise<void> {
  const { values, word } = understand(command)
  try {
    process.exitCode = (await deed(values, word)) ?? 0
  } catch (error) {
    process.stderr.write(`${saidOf(error)}\n`)
    process.exitCode = NOT_DONE
  }
}

/** The number written after `name` on the command line; where it is none the process ends here. */
export function numberIn(text: string, name: string): number {
  const number = Number(text)
  return number > 0 ? number : refuse(`${name} takes a number greater than 0.`)
}

const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH'])

/** What we foresaw is told in its own words; of what we did not, the place in the code is worth more than a sentence. */
function saidOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  if (AWAY.has(code)) return `The database does not answer (${code}). Does it run, and is DATABASE_URL right?`
  const foreseen = error.constructor === Error || error instanceof EnvironmentFault || code !== ''
  return foreseen ? error.message : (error.stack ?? error.message)
}
