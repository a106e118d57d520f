// What takes two persons takes two people: one human being with two accounts is still one.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Actor } from './act.ts'

// The name as somebody reads it: case, spaces and the way an accent is written tell nobody apart.
const alike = (column: string) =>
  sql`lower(regexp_replace(btrim(normalize(${sql.ref(column)}, NFKC)), '\\s+', ' ', 'g'))`

/**
 * Whether the actor is one of these persons: the same row, or another account with the same name or user name. Namesakes
 * are taken for one, too: then a third answers, which costs a moment. One who says yes to herself would cost the rule.
 */
export async function isOneOf(trx: Trx, actor: Actor, personIds: readonly string[]): Promise<boolean> {
  const { rows } =
    await sql`select 1 from person me join person other on other.id = any(${[...personIds]}::uuid[])
    where me.id = ${actor.personId} and (other.id = me.id or lower(other.username) = lower(me.username)
      or ${alike('other.name')} = ${alike('me.name')}) limit 1`.execute(trx)
  return rows.length > 0
}

/** Refuses whoever would be the judge of what they have done themselves. */
export async function demandNotOwn(trx: Trx, actor: Actor, personId: string | null): Promise<void> {
  if (personId === null || !(await isOneOf(trx, actor, [personId]))) return
  throw new Refusal('forbidden', 'audit.own', 'Det är du själv som har gjort det. Be en annan granskare.')
}
