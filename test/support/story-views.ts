// What a story shows of its only case: tasks, alerts, clocks and dates in short words that a test can be read by.
import type { Task } from '../../shared/casework/tasks.ts'
import type { Spine } from './spine.ts'

/** A task as a story reads it. */
export type Row = Pick<
  Task,
  | 'id'
  | 'template'
  | 'occurrence'
  | 'dueOn'
  | 'committee'
  | 'unit'
  | 'role'
  | 'state'
  | 'fast'
  | 'endedReason'
> & { assignee: string | null; outcome: string | null }

/** `T2/3#1` is shown as `T2/3`, a review as what it asks. */
export const nameOf = ({ occurrence }: { occurrence: string }) => occurrence.split('#')[0] ?? occurrence

/** Reads a story as a person would describe it: short words, what is open, what has ended and why. */
export function viewsOf(spine: Spine) {
  const rows = (): Promise<Row[]> =>
    spine.worker
      .selectFrom('task')
      .leftJoin('person', 'person.id', 'task.assignee')
      .select(['task.id', 'template', 'occurrence', 'dueOn', 'task.committee', 'task.unit', 'task.role'])
      .select(['state', 'fast', 'endedReason', 'outcome', 'person.username as assignee'])
      // One instant makes many: without a second word their order would be the ids', another in each run.
      .orderBy('createdAt')
      .orderBy('occurrence')
      .orderBy('task.id')
      .execute() as Promise<Row[]>
  return {
    rows,
    /** Open tasks: `T2/3` → `2026-11-25 caseworker GAN-FS`. */
    open: async () =>
      Object.fromEntries(
        (await rows())
          .filter(({ state }) => state === 'open')
          .map((one) => [
            nameOf(one),
            [one.dueOn, one.role, one.assignee ?? one.unit, ...(one.fast ? ['fast'] : [])].join(' '),
          ]),
      ),
    /** Tasks that have ended by themselves: `T2/3` → the reason. */
    ended: async () =>
      Object.fromEntries(
        (await rows()).filter(({ state }) => state === 'ended').map((one) => [nameOf(one), one.endedReason]),
      ),
    theCase: () => spine.worker.selectFrom('arrearsCase').selectAll().executeTakeFirstOrThrow(),
    referrals: () =>
      spine.worker.selectFrom('referral').selectAll().orderBy('createdAt').orderBy('id').execute(),
    alerts: () =>
      spine.worker
        .selectFrom('alert')
        .leftJoin('person', 'person.id', 'alert.personId')
        .select(['trigger', 'step', 'urgency', 'recipient', 'alert.createdAt as at', 'person.username as to'])
        .orderBy('alert.createdAt')
        .orderBy('alert.step')
        .orderBy('alert.trigger')
        .orderBy('person.username')
        .execute(),
    /** Clocks that still run: stages that have neither fired nor been stopped. */
    clocks: async () =>
      (
        await spine.worker
          .selectFrom('stage')
          .select(['trigger', 'step', 'dueAt'])
          .where('firedAt', 'is', null)
          .where('stoppedAt', 'is', null)
          .orderBy('dueAt')
          .orderBy('trigger')
          .execute()
      ).map((one) => one.trigger),
    /** The statutory dates that still run. */
    running: async () =>
      (
        await spine.worker
          .selectFrom('deadline')
          .select('kind')
          .where('supersededAt', 'is', null)
          .where('state', '=', 'running')
          .orderBy('kind')
          .execute()
      ).map((one) => one.kind),
  }
}
