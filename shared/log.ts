// Log lines as JSON with codes and ids only; what could hold a person's data never gets here.
import { pino, type Logger } from 'pino'

/** Lines that could not be written wait in memory, up to so much. */
const MOST_WAITING_BYTES = 1_000_000

const err = (error: { name?: string; code?: string; stack?: string }) => ({
  name: error.name,
  code: error.code,
  at: error.stack?.split('\n').slice(1, 4).join(' ').trim(),
})

/** How a line is written, wherever it goes; with its zone, as lines of several machines are laid side by side after a fault. */
export const whatIsWritten = { timestamp: pino.stdTimeFunctions.isoTime, serializers: { err } }

/** Opens the log of one process. An error is written as its name and code: its message may quote a row. */
export function openLog(name: string, level: string): Logger {
  const lines = pino.destination({ dest: 1, sync: true, maxLength: MOST_WAITING_BYTES })
  // A log disk that is full must not end a process that takes in notices: the lines are lost, the notices are not.
  lines.on('error', () => undefined)
  return pino({ name, level, base: { pid: process.pid }, ...whatIsWritten }, lines)
}
