// Tells a repeat from a correction: the same content is linked and changes nothing, other content is a version to keep.
import type { Trx } from '../db/open.ts'

/** A notice about to be stored, with the keyed hashes of what it is about and of every word in it. */
export type Arriving = {
  id: string
  identityKey: Buffer
  contentKey: Buffer
  duplicateOf: string | null
  corrects: string | null
}

/** The versions of one notice: the first, and by content those that stand. */
type Seen = { first: string; standing: Map<string, string> }

/**
 * Sets `duplicateOf` or `corrects` on each row whose notice has come before, also earlier in `rows`. What was
 * withdrawn and is sent again stands anew. The caller holds the locks on the identity keys. Returns, by row id, the
 * first version of each notice that has come before.
 */
export async function linkVersions(trx: Trx, rows: readonly Arriving[]): Promise<Map<string, string>> {
  const seen = await versionsOf(trx, rows)
  const firsts = new Map<string, string>()
  for (const row of rows) {
    const [identity, content] = [row.identityKey.toString('hex'), row.contentKey.toString('hex')]
    const known = seen.get(identity) ?? { first: row.id, standing: new Map<string, string>() }
    seen.set(identity, known)
    row.duplicateOf = known.standing.get(content) ?? null
    if (row.duplicateOf === null) known.standing.set(content, row.id)
    if (known.first === row.id) continue
    firsts.set(row.id, known.first)
    if (row.duplicateOf === null) row.corrects = known.first
  }
  return firsts
}

async function versionsOf(trx: Trx, rows: readonly Arriving[]): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>()
  if (rows.length === 0) return seen
  const versions = await trx
    .selectFrom('notice')
    .select(['id', 'identityKey', 'contentKey', 'state'])
    .where(
      'identityKey',
      'in',
      rows.map((row) => row.identityKey),
    )
    .where('duplicateOf', 'is', null)
    .orderBy('receivedAt')
    .execute()
  for (const version of versions) {
    const identity = version.identityKey.toString('hex')
    const known = seen.get(identity) ?? { first: version.id, standing: new Map<string, string>() }
    seen.set(identity, known)
    const content = version.contentKey.toString('hex')
    if (version.state !== 'withdrawn' && !known.standing.has(content)) known.standing.set(content, version.id)
  }
  return seen
}
