// Mail: queued with its cause, sent at least once with the same Message-ID, neutral words and a link.
import { sql } from 'kysely'
import { again } from '../db/again.ts'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { mostLosses } from '../domain/lost-letters.ts'
import { emit } from '../outbox.ts'
import { letter, type MailTemplate } from '../text/mails.ts'
import { moment, type Moment } from './act.ts'
import { claimLetter, noteLoss, noteNotSent, noteSent } from './mail-claims.ts'
import { holdBack } from './mail-hold.ts'
import { reviewTasks } from './reviews.ts'

/** Whom a mail goes to: a person, a unit's mailbox or a landlord. The address is read when it is sent. */
export type MailRow = {
  onceKey: string
  template: MailTemplate
  personId?: string | null
  unit?: string | null
  landlordId?: string | null
}

/** Queues mails, each once per `onceKey` however often it is asked for. Returns nothing: sending is the worker's. */
export async function queueMails(trx: Trx, at: Moment, mails: readonly MailRow[]): Promise<void> {
  const rows = mails.map((mail) => ({
    onceKey: mail.onceKey,
    template: mail.template,
    personId: mail.personId ?? null,
    unit: mail.unit ?? null,
    landlordId: mail.landlordId ?? null,
    createdAt: at.now,
  }))
  const stored = await insertRows<'mail', { id: string }>(
    trx,
    'mail',
    rows,
    sql`on conflict (once_key) do nothing returning id`,
  )
  await emit(
    trx,
    'mail.queued',
    stored.map((row) => row.id),
  )
}

/** One mail an hour to a unit, however many cases it got: a mailbox full of mails is read by nobody. */
export async function queueUnitMails(
  trx: Trx,
  at: Moment,
  template: MailTemplate,
  units: readonly string[],
): Promise<void> {
  const hour = at.now.slice(0, 13)
  await queueMails(
    trx,
    at,
    [...new Set(units)].map((unit) => ({ onceKey: `${template} ${unit} ${hour}`, template, unit })),
  )
}

/** A letter as the mailer gets it. `mayBegin` is asked as the letter itself is handed over: it may be too late by then. */
export type Message = { id: string; to: string; subject: string; text: string; mayBegin?: () => boolean }

/** What a mailer must do: hand one message to an SMTP server, or throw. */
export type Mailer = { send: (message: Message) => Promise<void> }

/**
 * Sends one mail: marks it `sending` (committed), hands it over, marks it `sent`. A crash in between sends it again
 * with the same Message-ID, unless the receiver has had the same words by another letter since. A mail without an address,
 * or that the server refuses for good, becomes a task.
 */
export async function sendMail(
  db: Db,
  mailer: Mailer,
  mailId: string,
  baseUrl: string,
): Promise<'sent' | 'refused' | 'done' | 'held'> {
  if (await holdBack(db, mailId)) return 'held'
  const from = performance.now()
  const claimed = await claimLetter(db, mailId)
  if (!claimed) return settled(db, mailId)
  const { address, template, language, claim } = claimed
  if (!address) return refuse(db, mailId, 'no-address')
  try {
    const mayBegin = () => performance.now() - from < oursForMs
    const words = letter(template as MailTemplate, language, baseUrl)
    await mailer.send({ id: mailId, to: address, ...words, mayBegin })
  } catch (error) {
    return notSent(db, mailId, claim, error)
  }
  await surely(() => noteSent(db, mailId))
  return 'sent'
}

/** Shorter than a mail may be `sending` before another process takes it. */
const oursForMs = 20_000

/**
 * Notes what became of a letter, again and again while the database is away: this process alone knows that the letter has
 * left, and were it forgotten, another would send it once more.
 */
const surely = <T>(note: () => Promise<T>): Promise<T> => again(oursForMs, note)

/** What to do with a letter that the mailer could not hand over, or nobody knows whether it did. */
async function notSent(db: Db, mailId: string, claim: string, error: unknown): Promise<'refused'> {
  const code = refusalCode(error)
  if (code >= 500) return refuse(db, mailId, `smtp-${code}`)
  if ((error as { mayHaveArrived?: boolean }).mayHaveArrived) {
    const { times, retrySeconds } = await surely(() => noteLoss(db, mailId, claim))
    if (times >= mostLosses) return refuse(db, mailId, 'smtp-unknown')
    throw Object.assign(error as Error, { code: 'ECONNLOST', retrySeconds })
  }
  await surely(() => noteNotSent(db, mailId, { claim, why: `smtp-${code}` }))
  // A connection that failed is an outage and is not counted; a server that says "later" is, so that it ends with a person.
  throw code >= 400
    ? Object.assign(new Error('The mail server said: later'), { code: `smtp-${code}` })
    : error
}

/** The server's reply to this mail (400–599); 0 when it was the connection or our sign-in that failed, which is no mail's fault. */
function refusalCode(error: unknown): number {
  const { code = '', responseCode = 0 } = error as { code?: string; responseCode?: number }
  return ['EAUTH', 'ECONNECTION', 'EPROTOCOL', 'ETLS'].includes(code) ? 0 : responseCode
}

/**
 * Nothing is left to do for a mail that was sent, refused or covered by another. One that is `sending` is not done yet: were
 * its row finished now, nobody would send it when the process that is sending it dies. Throws so that it is tried again.
 */
async function settled(db: Db, mailId: string): Promise<'done'> {
  const mail = await db.selectFrom('mail').select('state').where('id', '=', mailId).executeTakeFirst()
  if (mail?.state === 'sending')
    throw Object.assign(new Error('Another process is sending this mail'), { code: 'EBUSY' })
  // Those behind it may be the very ones that are allowed to leave first.
  if (mail?.state === 'pending')
    throw Object.assign(new Error('A letter’s fate is unknown; mail waits'), {
      code: 'ECONNPAUSED',
      alone: true,
    })
  return 'done'
}

async function refuse(db: Db, mailId: string, why: string): Promise<'refused'> {
  await db.transaction().execute(async (trx) => {
    await sql`update mail set state = 'refused', last_error = ${why} where id = ${mailId}`.execute(trx)
    await reviewTasks(trx, await moment(trx), [{ kind: 'mail', caseId: null, subjectId: mailId }])
  })
  return 'refused'
}
