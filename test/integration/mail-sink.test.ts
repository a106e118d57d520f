// The mail catcher: it keeps what a real SMTP client sends, and plays the faults a test asks for.
import { createServer, type AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { createTransport } from 'nodemailer'
import { openMailer } from '../../shared/mailer.ts'
import { startMailSink } from '../../services/start/mail-sink.ts'
import type { Behaviour, MailSink, MailSinkOptions } from '../../services/start/mail-sink.ts'

const letter = {
  from: 'bokvar@localhost',
  to: 'eva@kommun.example',
  subject: 'Ärende väntar på dig <1>',
  text: 'Logga in: http://localhost:3000/arbete\nHälsningar & tack',
  messageId: '<outbox-17@bokvar>',
}
let open: MailSink[] = []

async function sink(options?: MailSinkOptions): Promise<MailSink> {
  const started = await startMailSink(options)
  open.push(started)
  return started
}

async function send({ smtpUrl }: MailSink): Promise<unknown> {
  const transport = createTransport(smtpUrl)
  try {
    return await transport.sendMail(letter)
  } finally {
    transport.close()
  }
}

afterEach(async () => {
  await Promise.all(open.map((started) => started.stop()))
  open = []
})

test('a letter is kept as it came, and a restart does not lose it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bokvar-mail-'))
  try {
    const first = await sink({ dir })
    await send(first)
    await first.stop()
    const [kept, ...more] = (await sink({ dir })).letters()
    expect(more).toEqual([])
    expect(kept).toMatchObject({ to: [letter.to], subject: letter.subject, messageId: letter.messageId })
    expect(kept?.text.trim()).toBe(letter.text)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('the page lists the letters and shows one, with every sign of it escaped', async () => {
  const started = await sink()
  await send(started)
  const list = await (await fetch(started.pageUrl)).text()
  expect(list).toContain('Ärende väntar på dig &lt;1&gt;')
  const link = /href="(\/letters\/[^"]+)"/.exec(list)?.[1] ?? ''
  const page = await (await fetch(new URL(link, started.pageUrl))).text()
  expect(page).toContain('<a href="http://localhost:3000/arbete">')
  expect(page).toContain('Hälsningar &amp; tack')
  const messages: unknown = await (await fetch(new URL('/messages', started.pageUrl))).json()
  expect(messages).toMatchObject([{ messageId: letter.messageId }])
  expect((await fetch(new URL('/letters/none', started.pageUrl))).status).toBe(404)
})

test.each([
  ['sender', 451],
  ['recipient', 550],
  ['data', 452],
] as const)('a refusal at %s with %i reaches the client and keeps nothing', async (stage, code) => {
  const started = await sink({ behaviour: (now) => (now === stage ? { code } : undefined) })
  await expect(send(started)).rejects.toMatchObject({ responseCode: code })
  expect(started.letters()).toEqual([])
})

test('a line cut after the letter was taken in: the client cannot know, and the sink has it', async () => {
  let cuts = 1
  const behaviour: Behaviour = (stage) => {
    if (stage !== 'data') return undefined
    cuts -= 1
    return cuts === 0 ? { drop: true, delayMs: 10 } : undefined
  }
  const started = await sink({ behaviour })
  await expect(send(started)).rejects.toThrow()
  await send(started)
  expect(started.letters().map(({ messageId }) => messageId)).toEqual([letter.messageId, letter.messageId])
})

test('our mailer sends a letter whose line was cut once, and says that it may have arrived', async () => {
  const started = await sink({ behaviour: (stage) => (stage === 'data' ? { drop: true } : undefined) })
  const mailer = openMailer(started.smtpUrl, 'Bokvar <bokvar@localhost>')
  const message = { id: 'one', to: letter.to, subject: letter.subject, text: letter.text }
  await expect(mailer.send(message)).rejects.toMatchObject({ mayHaveArrived: true })
  expect(started.letters()).toHaveLength(1)
  // Whoever comes too late with a letter that another process has taken meanwhile must not hand it over.
  const late = mailer.send({ ...message, mayBegin: () => false })
  await expect(late).rejects.toMatchObject({ code: 'ECONNLATE' })
  expect(started.letters()).toHaveLength(1)
  await started.stop()
  await expect(mailer.send(message)).rejects.toMatchObject({ mayHaveArrived: false })
  mailer.close()
})

test('a line lost before the letter itself, or a TLS that fails, leaves no doubt: it cannot have arrived', async () => {
  const cut = await sink({ behaviour: (stage) => (stage === 'recipient' ? { drop: true } : undefined) })
  const garbled = createServer((socket) => socket.on('error', () => undefined).end('no handshake\r\n'))
  await new Promise<void>((listening) => garbled.listen(0, '127.0.0.1', listening))
  const { port } = garbled.address() as AddressInfo
  for (const url of [cut.smtpUrl, `smtps://127.0.0.1:${port}`]) {
    const mailer = openMailer(url, 'Bokvar <bokvar@localhost>')
    const sending = mailer.send({ id: 'two', to: letter.to, subject: letter.subject, text: letter.text })
    await expect(sending).rejects.toMatchObject({ mayHaveArrived: false })
    mailer.close()
  }
  expect(cut.letters()).toEqual([])
  garbled.close()
})

test('a server without TLS gets no letter where TLS is demanded', async () => {
  const started = await sink()
  const mailer = openMailer(`${started.smtpUrl}?requireTLS=true`, 'Bokvar <bokvar@localhost>')
  try {
    const refused = mailer.send({ id: '1', to: 'eva@kommun.example', subject: 'x', text: 'x' })
    await expect(refused).rejects.toThrow(/STARTTLS/)
    expect(started.letters()).toEqual([])
  } finally {
    mailer.close()
  }
})
