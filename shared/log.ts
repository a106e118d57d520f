// Log lines as JSON with codes and ids only; what could hold a person's data never gets here.
import { pino, type Logger } from 'pino'

/** Opens the log of one process. An error is written as its name and code: its message may quote a row. */
export function openLog(name: string, level: string): Logger {
  return pino({
    name,
    level,
    base: { pid: process.pid },
    serializers: {
      err: (error: { name?: string; code?: string; stack?: string }) => ({
        name: error.name,
        code: error.code,
        at: error.stack?.split('\n').slice(1, 4).join(' ').trim(),
      }),
    },
  })
}
