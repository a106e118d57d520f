// Whose turn it is to leave: a letter is taken by one sender, after a lost one with care, and not sent again when it is needless.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { mayLeave, retryAfterLoss, type LineState, type Standing } from '../domain/lost-letters.ts'
import { lockTexts } from './act.ts'

/** A letter that is ours to send. `claim` tells this try from a later one's, by somebody who took us for dead. */
export type Claimed = { address: string | null; template: string; language: string; claim: string }

/** Longer than a slow server may take: whoever has been sending for so long has died. */
const dead = sql`m.sending_at < clock_now() - interval '25 seconds'`
const free = sql`(m.state = 'pending' or (m.state = 'sending' and ${dead}))`
const tried = sql`(m.unsure > 0 or m.state = 'sending')`

/** Another letter with the same words to the same receiver: whoever has read it has nothing more to learn from this one. */
const kin = sql`k.id <> m.id and k.template = m.template and k.person_id is not distinct from m.person_id
  and k.unit is not distinct from m.unit and k.landlord_id is not distinct from m.landlord_id`

/** So long a letter waits for one that makes it needless: that one may itself be kept from leaving. */
const kinSeconds = 45

async function take(db: Db, mailId: string, which: typeof free): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    update mail m set state = 'sending', sending_at = clock_now() where m.id = ${mailId} and ${which}
    returning m.template, m.language, m.sending_at::text as claim, coalesce(
      (select p.email from person p where p.id = m.person_id and p.active),
      (select u.email from unit u where u.code = m.unit),
      (select l.email from landlord l where l.id = m.landlord_id)) as address`.execute(db)
  return rows[0]
}

/** Takes the letter, when nobody is sending it and it may leave now; undefined when it must not, or need not. */
export async function claimLetter(db: Db, mailId: string): Promise<Claimed | undefined> {
  const untroubled = sql`m.state = 'pending' and m.unsure = 0
    and not exists (select 1 from mail where unsure_at is not null)`
  return (await take(db, mailId, untroubled)) ?? claimWithCare(db, mailId)
}

/** After a loss, or for a letter that was tried already. One decides at a time, or two would leave at once. */
async function claimWithCare(db: Db, mailId: string): Promise<Claimed | undefined> {
  return db.transaction().execute(async (trx) => {
    await lockTexts(trx, ['letters after a loss'])
    if (await cover(trx, mailId)) return undefined
    const found = await look(trx, mailId)
    if (!found || found.kinWaits || !mayLeave(found, found.letter)) return undefined
    return take(trx, mailId, free)
  })
}

/** A letter that may have arrived is not sent again when one of its kin has arrived since. */
async function cover(trx: Trx, mailId: string): Promise<boolean> {
  const { rows } = await sql`update mail m set state = 'covered', unsure_at = null
    where m.id = ${mailId} and ${free} and ${tried}
      and exists (select 1 from mail k where ${kin} and k.state = 'sent' and k.sent_at > m.sending_at)
    returning m.id`.execute(trx)
  return rows.length > 0
}

type Found = LineState & { letter: Standing; kinWaits: boolean }

async function look(trx: Trx, mailId: string): Promise<Found | undefined> {
  const { rows } = await sql<Found>`
    with lost as (select coalesce(sum(unsure), 0)::int as losses, max(unsure_at) as at from mail where unsure_at is not null)
    select lost.losses, coalesce(extract(epoch from clock_now() - lost.at), 0)::float as seconds_since,
      exists (select 1 from mail m where m.state = 'sending' and not (${dead})) as under_way,
      case when ${tried} then 'tried'
        when exists (select 1 from mail k where k.unsure_at is not null and k.state = 'pending' and ${kin}) then 'kin'
        else 'other' end as letter,
      ${tried} and m.sending_at > clock_now() - make_interval(secs => ${kinSeconds})
        and exists (select 1 from mail k where k.state = 'pending' and k.unsure = 0 and ${kin}) as kin_waits
    from lost, mail m where m.id = ${mailId} and ${free}`.execute(trx)
  return rows[0]
}

/** Notes that the server has answered for the whole letter: the line holds, and the others may leave as usual. */
export async function noteSent(db: Db, mailId: string): Promise<void> {
  await sql`
    with sent as (update mail set state = 'sent', sent_at = clock_now(), unsure_at = null
      where id = ${mailId} and state in ('sending', 'pending'))
    update mail set unsure_at = null where unsure_at is not null and id <> ${mailId}`.execute(db)
}

/** Puts back a letter that has not left. Whoever has taken it meanwhile keeps it. */
export async function noteNotSent(db: Db, mailId: string, by: { claim: string; why: string }): Promise<void> {
  await sql`update mail set state = 'pending', last_error = ${by.why}
    where id = ${mailId} and state = 'sending' and sending_at = ${by.claim}::timestamptz`.execute(db)
}

/** Notes that nobody knows whether it has arrived; returns how often that was so, and how long it is to wait. */
export async function noteLoss(
  db: Db,
  mailId: string,
  claim: string,
): Promise<{ times: number; retrySeconds: number }> {
  const { rows } = await sql<{ times: number; losses: number }>`
    update mail m set state = 'pending', last_error = 'smtp-unknown', unsure = m.unsure + 1, unsure_at = clock_now()
    where m.id = ${mailId} and m.state = 'sending' and m.sending_at = ${claim}::timestamptz
    returning m.unsure as times, (m.unsure + coalesce((select sum(u.unsure) from mail u
      where u.unsure_at is not null and u.id <> m.id), 0))::int as losses`.execute(db)
  const { times = 1, losses = 1 } = rows[0] ?? {}
  return { times, retrySeconds: retryAfterLoss(losses) }
}
