// Who is away today and until when, whoever wrote it down: the person, a supervisor, or the municipality's own register.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { awayUntil } from '../domain/absence.ts'
import type { IsoDate } from '../domain/days.ts'
import { inContext, type Actor } from './act.ts'

/** Somebody who is away today, `until` that day and with it. */
export type Away = { personId: string; name: string; unit: string | null; unitName: string; until: IsoDate }

type Row = Omit<Away, 'until'> & { awayFrom: IsoDate; awayTo: IsoDate | null }

/** Everybody of the actor's committee who is away today, by name. */
export async function readAway(db: Db, actor: Actor): Promise<Away[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Row>`
      select p.id as person_id, p.name, p.unit, coalesce(u.name_sv, '') as unit_name, s.away_from, s.away_to
      from person p left join unit u on u.code = p.unit
        join lateral (select a.away_from, a.away_to from absence a where a.person_id = p.id and a.withdrawn_at is null
          union all select p.absent_from, p.absent_to where p.absent_from is not null) s
          on s.away_to is null or s.away_to >= ${at.today}::date
      where p.active and p.committee = ${actor.committee} order by p.name, p.id, s.away_from`.execute(trx)
    return [...Map.groupBy(rows, ({ personId }) => personId).values()].flatMap((spans) => {
      const until = awayUntil(spans, at.today)
      const [first] = spans
      if (until === null || !first) return []
      const { personId, name, unit, unitName } = first
      return [{ personId, name, unit, unitName, until }]
    })
  })
}
