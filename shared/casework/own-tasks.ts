// Tasks that a deed of our own brings, with no row in the templates: one per kind and subject, however often it is asked for.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { dueInstant, endOfWorkingDay, firstAlarm } from '../domain/due.ts'
import type { Moment } from './act.ts'
import { readMunicipality } from './settings.ts'

/** What each kind asks for, who does it, in both languages. */
const KINDS = {
  'plan-broken': {
    role: 'caseworker',
    sv: 'Betalningsplanen är bruten: ta kontakt med hushållet och hyresvärden',
    en: 'The payment plan is broken: contact the household and the landlord',
  },
  'undertaking-asked': {
    role: 'supervisor',
    sv: 'Besluta om nämndens åtagande för hyran',
    en: "Decide on the committee's undertaking for the rent",
  },
  'undertaking-granted': {
    role: 'supervisor',
    sv: 'Skicka åtagandet till hyresvärden och registrera beviset',
    en: 'Send the undertaking to the landlord and record the proof',
  },
  'undertaking-pay': {
    role: 'caseworker',
    sv: 'Se till att hyran som nämnden har åtagit sig betalas, och be hyresvärden bekräfta',
    en: 'See that the rent undertaken is paid, and ask the landlord to confirm',
  },
  'respite-asked': {
    role: 'caseworker',
    sv: 'Ta reda på svaret om anstånd',
    en: 'Find out the answer on the respite',
  },
  'guarantee-follow-up': {
    role: 'caseworker',
    sv: 'Följ upp garantihyran: är nästa steg klart?',
    en: 'Follow up the guarantee rent: is the next step done?',
  },
  'meeting-decision': {
    role: 'caseworker',
    sv: 'Gör det som samverkansmötet beslutade',
    en: 'Do what the coordination meeting decided',
  },
} as const

export type OwnTaskKind = keyof typeof KINDS

/** A task to add. `dueOn` null: by the end of this working day. `turn` tells one time from another of one subject. */
export type OwnTask = {
  kind: OwnTaskKind
  subjectId: string
  turn?: string
  dueOn: string | null
  role?: 'supervisor'
  assignee?: string | null
  reason?: { sv: string; en: string }
  about: { id: string; committee: string; unit: string | null; assignee: string | null }
}

/** Adds the tasks that are not there yet. */
export async function addOwnTasks(trx: Trx, at: Moment, tasks: readonly OwnTask[]): Promise<void> {
  if (tasks.length === 0) return
  const { workingTime } = await readMunicipality(trx)
  const rows = tasks.map(({ kind, subjectId, turn, about, reason, ...task }) => {
    const { sv, en, role } = KINDS[kind]
    const dueOn = task.dueOn ?? endOfWorkingDay(at.now, workingTime).date
    return {
      caseId: about.id,
      subjectId,
      committee: about.committee,
      unit: about.unit,
      assignee: task.assignee ?? (role === 'caseworker' && !task.role ? about.assignee : null),
      template: 'manual',
      occurrence: `manual/${kind}#${subjectId}${turn ? `.${turn}` : ''}`,
      titleSv: sv,
      titleEn: en,
      reasonSv: reason?.sv ?? null,
      reasonEn: reason?.en ?? null,
      role: task.role ?? role,
      dueOn,
      dueAt: dueInstant(dueOn, at.now, workingTime),
      alarmAt: firstAlarm(dueOn, workingTime),
      createdAt: at.now,
    }
  })
  await insertRows(trx, 'task', rows, sql`on conflict (case_id, occurrence) do nothing`)
}

/** Ends the open task of this kind and subject as done: the deed it asked for has been done. */
export async function finishOwnTask(
  trx: Trx,
  at: Moment,
  personId: string | null,
  task: { caseId: string; kind: OwnTaskKind; subjectId: string },
): Promise<void> {
  await sql`update task set state = 'done', outcome = 'KLAR', completed_by = ${personId}, completed_at = ${at.now}, occurred_at = ${at.now},
      alarm_at = null, version = version + 1
    where case_id = ${task.caseId} and occurrence like ${`manual/${task.kind}#${task.subjectId}%`} and state = 'open'`.execute(
    trx,
  )
}
