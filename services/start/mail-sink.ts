// The mail catcher of the demo and the tests: takes every letter over SMTP, sends none on, and shows them on a page.

import { randomUUID } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerSession } from 'smtp-server'
import { openLetters } from './letters.ts'
import type { Letter, Letters } from './letters.ts'
import { letterPage, listPage, missingPage } from './mail-pages.ts'

/** Where in the conversation a script speaks: after MAIL FROM, after RCPT TO, or after the letter was taken in. */
export type Stage = 'sender' | 'recipient' | 'data'

/** `code` refuses with that SMTP reply; `drop` cuts the line unanswered, at `data` after the letter was kept. */
export type Answer = { delayMs?: number; code?: number; drop?: boolean }

/** Scripts the sink's faults. Undefined means: accept. */
export type Behaviour = (stage: Stage) => Answer | undefined

/** `kept`: how many letters stay, the newest; two thousand when not said. */
export type MailSinkOptions = {
  dir?: string
  port?: number
  pagePort?: number
  behaviour?: Behaviour
  kept?: number
}

/** A running sink. `letters` gives what has arrived, oldest first. */
export type MailSink = {
  smtpUrl: string
  pageUrl: string
  port: number
  pagePort: number
  letters: () => readonly Letter[]
  stop: () => Promise<void>
}

class Scripted extends Error {
  readonly responseCode: number

  constructor(code: number) {
    super('Scripted reply of the mail catcher')
    this.responseCode = code
  }
}

/** Sockets by remote port: the only way to cut the line of one session unanswered. */
type Lines = Map<number, Socket>

function play(answer: Answer | undefined, line: Socket | undefined, done: (error?: Error) => void): void {
  const speak = () => {
    if (answer?.drop) line?.destroy()
    else done(answer?.code === undefined ? undefined : new Scripted(answer.code))
  }
  if (answer?.delayMs === undefined) speak()
  else setTimeout(speak, answer.delayMs).unref()
}

async function keepLetter(letters: Letters, raw: string, session: SMTPServerSession): Promise<void> {
  const parsed = await PostalMime.parse(raw)
  const { mailFrom, rcptTo } = session.envelope
  letters.add({
    id: randomUUID(),
    receivedAt: new Date().toISOString(),
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    messageId: parsed.messageId ?? '',
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    raw,
  })
}

function smtpServer(letters: Letters, lines: Lines, behaviour: Behaviour): SMTPServer {
  const lineOf = ({ remotePort }: SMTPServerSession) => lines.get(remotePort)
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: 10_000_000,
    onMailFrom: (_address, session, done) => play(behaviour('sender'), lineOf(session), done),
    onRcptTo: (_address, session, done) => play(behaviour('recipient'), lineOf(session), done),
    onData: (stream, session, done) => {
      void text(stream).then(async (raw) => {
        const answer = behaviour('data')
        if (answer?.code === undefined) await keepLetter(letters, raw, session)
        play(answer, lineOf(session), done)
        return undefined
      }, done)
    },
  })
}

function answerPage(letters: Letters, request: IncomingMessage, response: ServerResponse): void {
  const send = (status: number, type: string, body: string) => {
    response
      .writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
      .end(body)
  }
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  const letter = letters.all().find(({ id }) => path === `/letters/${id}`)
  if (path === '/') send(200, 'text/html', listPage(letters.all()))
  else if (path === '/messages') send(200, 'application/json', JSON.stringify(letters.all()))
  else if (letter) send(200, 'text/html', letterPage(letter))
  else send(404, 'text/html', missingPage())
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/**
 * Starts the catcher on loopback ports (free ones when not said), keeping its letters in `dir` so that they
 * survive a restart, or in memory without one.
 */
export async function startMailSink(options: MailSinkOptions = {}): Promise<MailSink> {
  const letters = openLetters(options.dir, options.kept)
  const lines: Lines = new Map()
  const smtp = smtpServer(letters, lines, options.behaviour ?? (() => undefined))
  // A client that hangs up in the middle is the client's affair; without a listener it would end the process.
  smtp.on('error', () => undefined)
  smtp.server.on('connection', (socket: Socket) => {
    const { remotePort = 0 } = socket
    lines.set(remotePort, socket)
    socket.once('close', () => lines.delete(remotePort))
  })
  const page = createServer((request, response) => answerPage(letters, request, response))
  const port = await listen(smtp.server, options.port ?? 0)
  const pagePort = await listen(page, options.pagePort ?? 0)
  const stop = async () => {
    for (const line of lines.values()) line.destroy()
    page.closeAllConnections()
    await Promise.all([
      new Promise<void>((done) => smtp.close(() => done())),
      new Promise<void>((done) => page.close(() => done())),
    ])
  }
  const [smtpUrl, pageUrl] = [`smtp://127.0.0.1:${port}`, `http://localhost:${pagePort}`]
  return { smtpUrl, pageUrl, port, pagePort, letters: letters.all, stop }
}
