// A guard per server we start: a tiny shell that ends the server when our own process is gone, even by kill -9.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** The unprivileged user a server runs as; empty when we are an ordinary user ourselves. */
export type Account = { uid?: number; gid?: number }

// `read` returns when the writing end of the pipe closes, which the kernel does however this process dies.
// The guard lives in its own session, so that a Ctrl-C in the terminal does not take it along.
const SCRIPT = `
read -r _
kill -s "$2" "$1" 2>/dev/null || exit 0
i=0
while kill -0 "$1" 2>/dev/null && [ "$i" -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
kill -s KILL "$1" 2>/dev/null
`

/**
 * Starts a guard for `server`: when this process ends without ending it, the guard sends `signal`
 * and after 10 s SIGKILL. The guard itself ends with the server.
 */
export const guard = (server: ChildProcess, signal: 'INT' | 'QUIT' | 'TERM', account: Account = {}): void => {
  const watch = spawn('/bin/sh', ['-c', SCRIPT, 'bokvar-guard', String(server.pid), signal], {
    ...account,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  })
  watch.on('error', () => server.kill('SIGTERM'))
  watch.stdin?.on('error', () => undefined)
  watch.unref()
  // Once the server is gone its number may be given to a stranger: the guard must not outlive it.
  server.once('exit', () => watch.kill('SIGKILL'))
}
