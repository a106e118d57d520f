// The recurring review of the audit log (lag 2001:454 10 §): random samples with flags, judgements, openings, excerpts.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { flagsOf, type AuditFacts, type AuditFlag } from '../domain/audit-flags.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'
import { stateAccess, type AuditAction } from './audit.ts'
import { noSuch } from './open-case.ts'
import { readMunicipality } from './settings.ts'
import { demandNotOwn } from './two-persons.ts'

export const JUDGEMENTS = ['in-order', 'ask', 'wrong'] as const
export type Judgement = (typeof JUDGEMENTS)[number]

export type Sample = {
  id: string
  fromDay: string
  toDay: string
  lines: number
  reviewed: number
  drawnAt: string
}

export type SampleLine = {
  id: string
  at: string
  who: string
  role: string
  action: AuditAction
  door: string | null
  purpose: string | null
  relation: AuditFacts['relation']
  cases: number
  /** The number of the case when it was one; a name is never shown here. */
  caseNumber: string | null
  flags: AuditFlag[]
  judgement: Judgement | null
  note: string | null
}

/** Lines per sample at most: what is reviewed with care in one sitting. */
const most = 50

/** Half of them, at most, from what is worth a look at once; the rest from everything else, so that nobody is safe. */
async function linesAtRandom(
  trx: Trx,
  actor: Actor,
  wish: { from: string; to: string; lines: number },
): Promise<{ lane: string; seq: number }[]> {
  const { rows } = await sql<{ lane: string; seq: number }>`
      with period as (select lane, seq, action, relation from audit_entry where committee = ${actor.committee}
        and at >= ${wish.from}::timestamp at time zone 'Europe/Stockholm'
        and at < (${wish.to}::date + 1)::timestamp at time zone 'Europe/Stockholm' and action <> 'review'),
      marked as (select lane, seq from period where action in ('deny', 'break-glass', 'export') or relation in ('none', 'committee')
        order by random() limit ${Math.ceil(Math.min(wish.lines, most) / 2)}),
      others as (select lane, seq from period where (lane, seq) not in (select lane, seq from marked)
        order by random() limit ${Math.min(wish.lines, most)})
      select * from marked union all select * from others limit ${Math.min(wish.lines, most)}`.execute(trx)
  return rows
}

/** Draws lines at random from the period, more of those whose flags can be told at once. Keeps which they were. */
export async function drawSample(
  db: Db,
  actor: Actor,
  wish: { from: string; to: string; lines: number },
): Promise<string> {
  return inContext(db, actor, async (trx) => {
    stateAccess(trx, { action: 'review', found: wish.lines })
    const rows = await linesAtRandom(trx, actor, wish)
    if (rows.length === 0) {
      throw new Refusal(
        'unprocessable',
        'audit.empty',
        'Det finns inget i loggen för de dagarna. Välj en annan period.',
      )
    }
    const sample = {
      committee: actor.committee ?? '',
      fromDay: wish.from,
      toDay: wish.to,
      lines: rows.length,
      drawnBy: actor.personId ?? '',
    }
    const [drawn] = await insertRows<'auditSample', { id: string }>(
      trx,
      'auditSample',
      [sample],
      sql`returning id`,
    )
    const sampleId = (drawn as { id: string }).id
    await insertRows(
      trx,
      'auditSampleLine',
      rows.map(({ lane, seq }) => ({ sampleId, lane, seq })),
    )
    return sampleId
  })
}

/** The samples of the actor's committee, the latest first. */
export async function listSamples(db: Db, actor: Actor): Promise<Sample[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Sample>`select s.id, s.from_day, s.to_day, s.lines, s.drawn_at,
      (select count(*)::int from audit_sample_line l where l.sample_id = s.id and l.judgement is not null) as reviewed
      from audit_sample s where s.committee = ${actor.committee} order by s.drawn_at desc limit 24`.execute(
      trx,
    )
    return rows
  })
}

type Line = Omit<SampleLine, 'flags' | 'caseNumber'> & { lane: string; seq: number }
type Facts = {
  seq: number
  sameSurname: boolean
  ownAddress: boolean
  readsThatDay: number
  caseNumber: string | null
}

/** The lines of a sample with their flags, the most flagged first. Refuses `not-found` for another committee's. */
export async function readSample(db: Db, actor: Actor, id: string): Promise<SampleLine[]> {
  return inContext(db, actor, async (trx) => {
    stateAccess(trx, { action: 'review' })
    const { rows } =
      await sql<Line>`select l.id, l.lane, l.seq, e.at, coalesce(p.name, e.actor) as who, e.role, e.action, e.door, e.purpose,
        e.relation, cardinality(e.subject_ids) as cases, l.judgement, l.note
      from audit_sample_line l join audit_entry e on e.lane = l.lane and e.seq = l.seq left join person p on p.id::text = e.actor
      where l.sample_id = ${id} order by e.at`.execute(trx)
    if (rows.length === 0) throw noSuch()
    const { workingTime } = await readMunicipality(trx)
    const facts = await factsOf(trx, rows)
    const lines = rows.map(({ lane, seq, ...line }) => {
      const known = facts.get(`${lane} ${seq}`) as Facts
      return { ...line, caseNumber: known.caseNumber, flags: flagsOf({ ...line, ...known }, workingTime) }
    })
    return lines.toSorted((one, other) => other.flags.length - one.flags.length)
  })
}

async function factsOf(trx: Trx, lines: readonly Line[]): Promise<Map<string, Facts>> {
  const found = new Map<string, Facts>()
  for (const [lane, some] of Map.groupBy(lines, (line) => line.lane)) {
    const { rows } =
      await sql<Facts>`select * from audit_facts(${lane}, ${some.map(({ seq }) => seq)}::bigint[])`.execute(
        trx,
      )
    for (const row of rows) found.set(`${lane} ${row.seq}`, row)
  }
  return found
}

/**
 * The reviewer's word on a line; the latest counts, and the log says that it was given. Refuses whoever left the line:
 * a reviewer was perhaps a caseworker last month.
 */
export async function judgeLine(
  db: Db,
  actor: Actor,
  wish: { lineId: string; judgement: Judgement; note: string | null },
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    stateAccess(trx, { action: 'review', code: wish.judgement })
    const { rows } = await sql<{ by: string | null }>`select p.id as by from audit_sample_line l
      join audit_entry e on e.lane = l.lane and e.seq = l.seq left join person p on p.id::text = e.actor
      where l.id = ${wish.lineId}`.execute(trx)
    await demandNotOwn(trx, actor, rows[0]?.by ?? null)
    const { numAffectedRows } =
      await sql`update audit_sample_line set judgement = ${wish.judgement}, note = ${wish.note},
      reviewed_by = ${actor.personId}, reviewed_at = ${at.now} where id = ${wish.lineId}`.execute(trx)
    if (!numAffectedRows) throw noSuch()
  })
}

export type GlassOpening = {
  id: string
  who: string
  role: string
  reason: string
  openedAt: string
  until: string
  reviewBy: string
  judgement: 'justified' | 'unjustified' | null
}

/** Openings of the committee: those that wait for a word first, the oldest of them on top. */
export async function listOpenings(db: Db, actor: Actor): Promise<GlassOpening[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } =
      await sql<GlassOpening>`select b.id, p.name as who, p.role, b.reason, b.opened_at, b.until, b.review_by, b.judgement
      from break_glass b join person p on p.id = b.person_id where b.committee = ${actor.committee}
      order by b.reviewed_at is not null, b.opened_at limit 100`.execute(trx)
    return rows
  })
}

/** The reviewer's word on an opening, once. Refuses whoever broke that glass. */
export async function judgeOpening(
  db: Db,
  actor: Actor,
  wish: { id: string; judgement: 'justified' | 'unjustified' },
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    stateAccess(trx, { action: 'review', code: wish.judgement })
    const { rows } = await sql<{
      personId: string
    }>`select person_id from break_glass where id = ${wish.id}`.execute(trx)
    await demandNotOwn(trx, actor, rows[0]?.personId ?? null)
    const { numAffectedRows } =
      await sql`update break_glass set judgement = ${wish.judgement}, reviewed_by = ${actor.personId},
      reviewed_at = ${at.now} where id = ${wish.id} and reviewed_at is null`.execute(trx)
    if (!numAffectedRows) throw noSuch()
  })
}

export type ExcerptLine = {
  at: string
  actor: string
  role: string
  committee: string | null
  action: AuditAction
  door: string | null
  purpose: string | null
}

/** Who has seen a case, for the person it is about. Refuses `not-found`. */
export async function auditExcerpt(db: Db, actor: Actor, number: string): Promise<ExcerptLine[]> {
  return inContext(db, actor, async (trx) => {
    const asked = await sql<{ id: string | null }>`select audit_case_of(${number.trim()}) as id`.execute(trx)
    const id = asked.rows[0]?.id
    if (!id) throw noSuch()
    const { rows } = await sql<ExcerptLine>`select * from audit_excerpt(${number.trim()})`.execute(trx)
    stateAccess(trx, { action: 'export', purpose: 'loggutdrag', found: rows.length, caseIds: [id] })
    return rows
  })
}

/** Where somebody of the staff lives, kept as a salted hash: only whether a case is at the same address is ever told. */
export async function noteHome(
  db: Db,
  actor: Actor,
  home: { username: string; address: string; postalCode: string },
): Promise<void> {
  await inContext(db, actor, async (trx) => {
    const { rows } = await sql<{
      id: string
    }>`select id from person where username = ${home.username.trim()} and committee = ${actor.committee}`.execute(
      trx,
    )
    const personId = rows[0]?.id
    if (!personId) throw noSuch()
    await sql`insert into staff_home (person_id, salt, digest) select ${personId}, fresh, home_digest(fresh, ${home.address}, ${home.postalCode})
      from (select uuid_send(gen_random_uuid()) as fresh) s
      on conflict (person_id) do update set salt = excluded.salt, digest = excluded.digest`.execute(trx)
  })
}
