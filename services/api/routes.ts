// Every door of the API, in the order of its documentation.
import type { Routes } from '../http.ts'
import type { ApiDeps } from './asking.ts'
import { boardRoutes } from './boards.ts'
import { caseRoutingRoutes } from './case-routing.ts'
import { caseWorkRoutes } from './case-work.ts'
import { caseRoutes } from './cases.ts'
import { clientRegisterRoutes } from './client-registers.ts'
import { deadlineRoutes } from './deadline-calculations.ts'
import { evictionNoticeRoutes } from './eviction-notices.ts'
import { lawWorkRoutes } from './law-work.ts'
import { mergeRoutes } from './merges.ts'
import { noticeFileRoutes } from './notice-files.ts'
import { noticeRoutes } from './notices.ts'
import { protectedGroupRoutes } from './protected-group.ts'
import { referralRoutes } from './referrals.ts'
import { ruleTrialRoutes } from './rule-trials.ts'
import { ruleRoutes } from './rules.ts'
import { taskRoutes } from './tasks.ts'

const doors = [
  noticeRoutes,
  noticeFileRoutes,
  evictionNoticeRoutes,
  caseRoutes,
  caseWorkRoutes,
  caseRoutingRoutes,
  mergeRoutes,
  lawWorkRoutes,
  taskRoutes,
  referralRoutes,
  boardRoutes,
  protectedGroupRoutes,
  deadlineRoutes,
  clientRegisterRoutes,
  ruleRoutes,
  ruleTrialRoutes,
]

/** The doors over one database; hang them on a server with `buildServer({ routes })`. */
export function apiRoutes(deps: ApiDeps): Routes[] {
  return doors.map((door) => door(deps))
}
