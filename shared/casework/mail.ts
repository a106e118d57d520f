// Mail: queued with its cause, sent at least once with the same Message-ID, neutral words and a link.
import { sql } from 'kysely'
import { again } from '../db/again.ts'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { emit } from '../outbox.ts'
import { letter, type MailTemplate } from '../text/mails.ts'
import { moment, type Moment } from './act.ts'
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

/** What a mailer must do: hand one message to an SMTP server, or throw. */
export type Mailer = {
  send: (message: { id: string; to: string; subject: string; text: string }) => Promise<void>
}

/**
 * Sends one mail: marks it `sending` (committed), hands it over, marks it `sent`. A crash in between sends it again
 * with the same Message-ID. A mail without an address, or that the server refuses for good, becomes a task.
 */
export async function sendMail(
  db: Db,
  mailer: Mailer,
  mailId: string,
  baseUrl: string,
): Promise<'sent' | 'refused' | 'done' | 'held'> {
  if (await holdBack(db, mailId)) return 'held'
  const claimed = await claim(db, mailId)
  if (!claimed) return settled(db, mailId)
  if (!claimed.address) return refuse(db, mailId, 'no-address')
  try {
    await mailer.send({
      id: mailId,
      to: claimed.address,
      ...letter(claimed.template as MailTemplate, claimed.language, baseUrl),
    })
  } catch (error) {
    const code = refusalCode(error)
    if (code >= 500) return refuse(db, mailId, `smtp-${code}`)
    if ((error as { mayHaveArrived?: boolean }).mayHaveArrived) return unsure(db, mailId, error)
    await surely(() =>
      sql`update mail set state = 'pending', last_error = ${`smtp-${code}`} where id = ${mailId} and state = 'sending'`.execute(
        db,
      ),
    )
    // A connection that failed is an outage and is not counted; a server that says "later" is, so that it ends with a person.
    throw code >= 400
      ? Object.assign(new Error('The mail server said: later'), { code: `smtp-${code}` })
      : error
  }
  await surely(() =>
    sql`update mail set state = 'sent', sent_at = clock_now() where id = ${mailId} and state = 'sending'`.execute(
      db,
    ),
  )
  return 'sent'
}

/** Shorter than a mail may be `sending` before another process takes it. */
const tellWithinMs = 20_000

/**
 * Notes what became of a letter, again and again while the database is away: this process alone knows that the letter has
 * left, and were it forgotten, another would send it once more.
 */
const surely = <T>(note: () => Promise<T>): Promise<T> => again(tellWithinMs, note)

/** The server's reply to this mail (400–599); 0 when it was the connection or our sign-in that failed, which is no mail's fault. */
function refusalCode(error: unknown): number {
  const { code = '', responseCode = 0 } = error as { code?: string; responseCode?: number }
  return ['EAUTH', 'ECONNECTION', 'EPROTOCOL', 'ETLS'].includes(code) ? 0 : responseCode
}

/**
 * Nothing is left to do for a mail that was sent or refused. One that is `sending` is not done yet: were its row
 * finished now, nobody would send it when the process that is sending it dies. Throws (code EBUSY) so that it is tried again.
 */
async function settled(db: Db, mailId: string): Promise<'done'> {
  const mail = await db.selectFrom('mail').select('state').where('id', '=', mailId).executeTakeFirst()
  if (mail?.state === 'sending')
    throw Object.assign(new Error('Another process is sending this mail'), { code: 'EBUSY' })
  if (mail?.state === 'pending')
    throw Object.assign(new Error('A letter’s fate is unknown; mail waits'), { code: 'ECONNPAUSED' })
  return 'done'
}

/** So long no letter leaves after one whose fate is unknown: a server that takes letters and cuts the line takes one, not all. */
const pauseSeconds = 10

/** So often one letter's fate may be unknown before a person is asked: ten minutes of trying, with these pauses. */
const mostUnsure = 6

/**
 * The line was lost before the server's answer: the letter may have arrived. It is sent again, but each time it waits
 * twice as long, because what it most likely does is to arrive once more.
 */
async function unsure(db: Db, mailId: string, error: unknown): Promise<'refused'> {
  const { rows } = await surely(() =>
    sql<{ times: number }>`
      update mail set state = 'pending', last_error = 'smtp-unknown', unsure = unsure + 1, unsure_at = clock_now()
      where id = ${mailId} and state = 'sending' returning unsure as times`.execute(db),
  )
  const times = rows[0]?.times ?? 1
  if (times >= mostUnsure) return refuse(db, mailId, 'smtp-unknown')
  throw Object.assign(error as Error, { code: 'ECONNLOST', retrySeconds: pauseSeconds * 2 ** (times - 1) })
}

/**
 * Takes the mail if nobody is sending it and none was lost just now; one that has been `sending` for longer than a slow server may take
 * belonged to a process that died.
 */
async function claim(
  db: Db,
  mailId: string,
): Promise<{ address: string | null; template: string; language: string } | undefined> {
  const { rows } = await sql<{ address: string | null; template: string; language: string }>`
    update mail m set state = 'sending', sending_at = clock_now()
    where m.id = ${mailId} and (m.state = 'pending' or (m.state = 'sending' and m.sending_at < clock_now() - interval '25 seconds'))
      and not exists (select 1 from mail u where u.unsure_at > clock_now() - make_interval(secs => ${pauseSeconds}))
    returning m.template, m.language, coalesce(
      (select p.email from person p where p.id = m.person_id and p.active),
      (select u.email from unit u where u.code = m.unit),
      (select l.email from landlord l where l.id = m.landlord_id)) as address`.execute(db)
  return rows[0]
}

async function refuse(db: Db, mailId: string, why: string): Promise<'refused'> {
  await db.transaction().execute(async (trx) => {
    await sql`update mail set state = 'refused', last_error = ${why} where id = ${mailId}`.execute(trx)
    await reviewTasks(trx, await moment(trx), [{ kind: 'mail', caseId: null, subjectId: mailId }])
  })
  return 'refused'
}
