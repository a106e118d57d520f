// The counsellors of a unit, with the work they have and the days they are away.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { Counsellor } from '../domain/counselling.ts'

type Row = {
  id: string
  openReferrals: number
  openTasks: number
  absentFrom: string | null
  absentTo: string | null
  absences: { awayFrom: string; awayTo: string }[] | null
}

/** Everybody who counsels in the unit, with open work and the absences of today (ISO day) and later. */
export async function counsellorsOf(trx: Trx, unit: string, today: string): Promise<Counsellor[]> {
  const { rows } = await sql<Row>`
    select p.id, p.absent_from, p.absent_to,
      (select count(*)::int from referral r where r.counsellor = p.id and r.state in ('assigned', 'accepted')) as open_referrals,
      (select count(*)::int from task t where t.assignee = p.id and t.state = 'open') as open_tasks,
      (select json_agg(json_build_object('awayFrom', a.away_from, 'awayTo', a.away_to)) from absence a
        where a.person_id = p.id and a.withdrawn_at is null and a.away_to >= ${today}::date) as absences
    from person p where p.role = 'counsellor' and p.unit = ${unit} and p.active order by p.id`.execute(trx)
  return rows.map(({ id, openReferrals, openTasks, absentFrom, absentTo, absences }) => ({
    id,
    capacity: 100,
    openReferrals,
    openTasks,
    absences: [
      ...(absences ?? []),
      ...(absentFrom ? [{ awayFrom: absentFrom, awayTo: absentTo ?? '9999-12-31' }] : []),
    ],
  }))
}
