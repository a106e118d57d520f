// The one door to SMTP: a pooled nodemailer transport whose Message-ID is the mail's own id, so a repeat is recognised.
import { createTransport } from 'nodemailer'
import type { Mailer } from './casework/mail.ts'

/** Opens a mailer. `from` is one address with a name; a server that is silent for 12 s is an error, never a hang. */
export function openMailer(url: string, from: string): Mailer & { close: () => void } {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 12_000,
  } as never)
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  return {
    send: async ({ id, to, subject, text }) => {
      await transport.sendMail({
        from,
        // An object, never a string: an address is data and cannot add recipients or headers.
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      })
    },
    close: () => transport.close(),
  }
}
