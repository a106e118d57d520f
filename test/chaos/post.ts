// The mail server of the chaos run, over all its lives: what it does to a letter, and every letter it has taken.
import { startMailSink, type Answer, type MailSink, type Stage } from '../../services/start/mail-sink.ts'

/** A letter as it arrived. */
export type Letter = { at: string; messageId: string; to: readonly string[]; text: string }

export type Post = {
  url: string
  behave: (how: ((stage: Stage) => Answer | undefined) | undefined) => void
  down: () => Promise<void>
  up: () => Promise<void>
  letters: () => Letter[]
}

/** Starts it on a free port, to which it comes back. */
export async function openPost(): Promise<Post> {
  let how: ((stage: Stage) => Answer | undefined) | undefined
  const earlier: Letter[] = []
  const behaviour = (stage: Stage) => how?.(stage)
  // A ledger that forgets its oldest letters would have the judge call them lost.
  const kept = Infinity
  let sink: MailSink | undefined = await startMailSink({ behaviour, kept })
  const { port, smtpUrl } = sink
  const arrived = () =>
    sink
      ?.letters()
      .map(({ receivedAt, messageId, to, raw }) => ({ at: receivedAt, messageId, to, text: raw })) ?? []
  return {
    url: smtpUrl,
    behave: (next) => (how = next),
    down: async () => {
      earlier.push(...arrived())
      const old = sink
      sink = undefined
      await old?.stop()
    },
    up: async () => {
      sink ??= await startMailSink({ behaviour, kept, port })
    },
    letters: () => [...earlier, ...arrived()],
  }
}
