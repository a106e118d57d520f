// Which fact wakes which deed: every topic has exactly one, or this file does not compile.
import { followAssignments } from '../shared/casework/assignment-changes.ts'
import { followTasks } from '../shared/casework/consequences.ts'
import { followUpCases } from '../shared/casework/follow-up.ts'
import { joinEvictionNotices } from '../shared/casework/eviction-notices.ts'
import { escalate } from '../shared/casework/escalation.ts'
import { recomputeCases } from '../shared/casework/law.ts'
import { sendMail, type Mailer } from '../shared/casework/mail.ts'
import { readNoticeFiles } from '../shared/casework/notice-files.ts'
import { performMerges } from '../shared/casework/merging.ts'
import { applyUpdates, joinNotices } from '../shared/casework/notices.ts'
import { tellOverdue } from '../shared/casework/overdue.ts'
import { planCases } from '../shared/casework/planning.ts'
import { passReferrals } from '../shared/casework/referral-passing.ts'
import { runRehearsals } from '../shared/casework/rehearsals.ts'
import { routeCases } from '../shared/casework/routing.ts'
import type { Tools } from '../shared/casework/tools.ts'
import type { Db } from '../shared/db/open.ts'
import type { Handlers } from './worker.ts'

/** What the deeds need besides their transaction. */
export type HandlerTools = Tools & { db: Db; mailer: Mailer; baseUrl: string }

/** The handlers of all topics. */
export function handlersOf(tools: HandlerTools): Handlers {
  const { db, mailer, baseUrl } = tools
  return {
    'notice-file.received': { errand: (ids) => readNoticeFiles(db, tools, ids) },
    'notice.received': (trx, at, ids) => joinNotices(trx, at, tools, ids),
    'notice.updated': (trx, at, ids) => applyUpdates(trx, at, tools, ids),
    'eviction-notice.received': (trx, at, ids) => joinEvictionNotices(trx, at, tools, ids),
    'law.changed': (trx, at, ids) => recomputeCases(trx, at, tools, ids),
    'deadline.passed': (trx, at, ids) => recomputeCases(trx, at, tools, ids),
    'restart.decided': (trx, at, ids) => recomputeCases(trx, at, tools, ids),
    'case.settled': (trx, at, ids) => recomputeCases(trx, at, tools, ids),
    'case-merge.asked': (trx, at, ids) => performMerges(trx, at, tools, ids),
    'case.changed': (trx, at, ids) => routeCases(trx, at, tools, ids),
    'case.routed': planCases,
    'case.closed': followUpCases,
    'task.completed': followTasks,
    'assignment.changed': followAssignments,
    'rehearsal.asked': { errand: (ids) => runRehearsals(db, ids) },
    'referral.rejected': passReferrals,
    'stage.due': escalate,
    'task.overdue': tellOverdue,
    'mail.queued': { errand: (ids) => Promise.all(ids.map((id) => sendMail(db, mailer, id, baseUrl))) },
  }
}
