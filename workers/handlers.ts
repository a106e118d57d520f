// Which fact wakes which deed: every topic has exactly one, or this file does not compile.
import { followVisitors } from '../shared/casework/absences.ts'
import { tellOpenings } from '../shared/casework/break-glass.ts'
import { followAssignments } from '../shared/casework/assignment-changes.ts'
import { followTasks } from '../shared/casework/consequences.ts'
import { followCounselling } from '../shared/casework/counselling-tasks.ts'
import { followUpCases } from '../shared/casework/follow-up.ts'
import { joinEvictionNotices } from '../shared/casework/eviction-notices.ts'
import { escalate } from '../shared/casework/escalation.ts'
import { applyCorrections } from '../shared/casework/inbox-corrections.ts'
import { remindOfInbox } from '../shared/casework/inbox-entry.ts'
import { countWith, recomputeCases, type LawStamp } from '../shared/casework/law.ts'
import { sendMail, type Mailer } from '../shared/casework/mail.ts'
import { readNoticeFiles } from '../shared/casework/notice-files.ts'
import { performMerges } from '../shared/casework/merging.ts'
import { applyUpdates, joinNotices } from '../shared/casework/notices.ts'
import { tellOverdue } from '../shared/casework/overdue.ts'
import { judgePlans } from '../shared/casework/payment-plan-watch.ts'
import { planCases } from '../shared/casework/planning.ts'
import { tellMoved } from '../shared/casework/task-moves.ts'
import { passReferrals } from '../shared/casework/referral-passing.ts'
import { runRehearsals } from '../shared/casework/rehearsals.ts'
import { routeCases } from '../shared/casework/routing.ts'
import { followVisits } from '../shared/casework/visit-follow.ts'
import { noteVisitNeeds } from '../shared/casework/visit-needs.ts'
import { planVisits } from '../shared/casework/visit-planning.ts'
import type { Tools } from '../shared/casework/tools.ts'
import type { Db } from '../shared/db/open.ts'
import { openTurn, type InTurn } from './in-turn.ts'
import type { Handlers, Operation } from './worker.ts'

/** What the deeds need besides their transaction. `stamp` names the law among those that run side by side. */
export type HandlerTools = Tools & {
  db: Db
  mailer: Mailer
  baseUrl: string
  stamp?: LawStamp
  /** One letter at a time leaves a process, and is claimed then: a line that is lost puts one at risk, not all that wait. */
  letters?: InTurn
}

const planWithVisits: Operation = async (trx, at, ids) => {
  await planCases(trx, at, ids)
  await noteVisitNeeds(trx, ids)
}

/** The handlers of all topics. */
export function handlersOf(tools: HandlerTools): Handlers {
  const { db, mailer, baseUrl, stamp, letters = openTurn() } = tools
  const send = (id: string) => letters.run(() => sendMail(db, mailer, id, baseUrl))
  // In a rolling release a process with the old law leaves what is counted to those who know the new one.
  const lawful = (operation: Operation): Operation => {
    if (!stamp) return operation
    return (trx, at, ids) => countWith(trx, stamp).then(() => operation(trx, at, ids))
  }
  return {
    'notice-file.received': { errand: (ids) => readNoticeFiles(db, tools, ids) },
    'notice.received': lawful((trx, at, ids) => joinNotices(trx, at, tools, ids)),
    'notice.updated': lawful((trx, at, ids) => applyUpdates(trx, at, tools, ids)),
    'eviction-notice.received': lawful((trx, at, ids) => joinEvictionNotices(trx, at, tools, ids)),
    'inbox.received': remindOfInbox,
    'inbox.corrected': lawful((trx, at, ids) => applyCorrections(trx, at, tools, ids)),
    'law.changed': lawful((trx, at, ids) => recomputeCases(trx, at, tools, ids)),
    'deadline.passed': lawful((trx, at, ids) => recomputeCases(trx, at, tools, ids)),
    'restart.decided': lawful((trx, at, ids) => recomputeCases(trx, at, tools, ids)),
    'case.settled': lawful((trx, at, ids) => recomputeCases(trx, at, tools, ids)),
    'dates.recorded': lawful((trx, at, ids) => recomputeCases(trx, at, tools, ids)),
    'case-merge.asked': lawful((trx, at, ids) => performMerges(trx, at, tools, ids)),
    'case.changed': (trx, at, ids) => routeCases(trx, at, tools, ids),
    'case.routed': planWithVisits,
    'case.closed': followUpCases,
    'task.completed': followTasks,
    'assignment.changed': followAssignments,
    'rehearsal.asked': { errand: (ids) => runRehearsals(db, ids) },
    'referral.rejected': passReferrals,
    'counselling.changed': followCounselling,
    'break-glass.opened': tellOpenings,
    'stage.due': escalate,
    'task.overdue': tellOverdue,
    'task.moved': tellMoved,
    'plan.due': judgePlans,
    'visit.changed': followVisits,
    'visitor.changed': followVisitors,
    'visit-plan.due': planVisits,
    'mail.queued': { errand: (ids) => Promise.all(ids.map(send)) },
  }
}
