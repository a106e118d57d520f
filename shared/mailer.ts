// The one door to SMTP: a pooled nodemailer transport whose Message-ID is the mail's own id, so a repeat is recognised.
import { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import type { Mailer } from './casework/mail.ts'

type Failure = { code?: string; syscall?: string; responseCode?: number; timeoutType?: string }

/** Whether a letter that failed so may lie in the receiver's box all the same: the line was lost and no answer came. */
export function mayHaveArrived({ code = '', syscall, responseCode, timeoutType }: Failure): boolean {
  if (responseCode !== undefined || syscall === 'connect') return false
  if (code === 'ETIMEDOUT') return timeoutType === undefined || timeoutType === 'SOCKET_TIMEOUT'
  return ['ECONNECTION', 'ESOCKET', 'ECONNRESET', 'EPIPE', 'ESTREAM'].includes(code)
}

/** What nodemailer hands to a plugin, as far as ours looks at it. */
type Leaving = {
  data: { begin?: () => void }
  message: { processFunc: (through: (letter: Readable) => Readable) => void }
}

/** The letter's own bytes; they are asked for when the server has said that it will take them, and `begin` hears of it. */
async function* reading(letter: Readable, begin: () => void): AsyncGenerator<Buffer> {
  begin()
  yield* letter as AsyncIterable<Buffer>
}

/** A plugin of the transport: whoever sends a letter hears when it is being handed over. */
function tellWhenRead({ data, message }: Leaving, done: () => void): void {
  message.processFunc((letter) =>
    Readable.from(
      reading(letter, () => data.begin?.()),
      { objectMode: false },
    ),
  )
  done()
}

/** Opens a mailer. `from` is one address with a name; a server that is silent for 12 s is an error, never a hang. */
export function openMailer(url: string, from: string): Mailer & { close: () => void } {
  const transport = createTransport({
    url,
    pool: true,
    // One letter at a time: a line that is lost then doubles one, not all that were on their way.
    maxConnections: 1,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 12_000,
    // The pool would send a letter again by itself, up to five times in three seconds, when the line is lost after DATA.
    maxRequeues: 0,
  } as never)
  transport.use('stream', tellWhenRead as never)
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  return {
    send: async ({ id, to, subject, text, mayBegin = () => true }) => {
      // Before that the letter cannot have arrived, whatever broke: a line cut early, a certificate that has run out.
      let begun = false
      let late = false
      const letter = {
        begin: () => {
          // A process that has slept meanwhile: another one has taken the letter and sent it.
          late = !mayBegin()
          if (late) throw new Error('Too late to begin')
          begun = true
        },
        from,
        // An object, never a string: an address is data and cannot add recipients or headers.
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      }
      await transport.sendMail(letter as never).catch((error: Failure) => {
        if (late) throw Object.assign(new Error('Too late to begin'), { code: 'ECONNLATE' })
        throw Object.assign(error, { mayHaveArrived: begun && mayHaveArrived(error) })
      })
    },
    close: () => transport.close(),
  }
}
