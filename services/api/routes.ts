// Every door of the API, in the order of its documentation.
import type { Routes } from '../http.ts'
import type { ApiDeps } from './asking.ts'
import { boardRoutes } from './boards.ts'
import { caseWorkRoutes } from './case-work.ts'
import { caseRoutes } from './cases.ts'
import { deadlineRoutes } from './deadline-calculations.ts'
import { evictionNoticeRoutes } from './eviction-notices.ts'
import { noticeFileRoutes } from './notice-files.ts'
import { noticeRoutes } from './notices.ts'
import { referralRoutes } from './referrals.ts'
import { taskRoutes } from './tasks.ts'

const doors = [
  noticeRoutes,
  noticeFileRoutes,
  evictionNoticeRoutes,
  caseRoutes,
  caseWorkRoutes,
  taskRoutes,
  referralRoutes,
  boardRoutes,
  deadlineRoutes,
]

/** The doors over one database; hang them on a server with `buildServer({ routes })`. */
export function apiRoutes(deps: ApiDeps): Routes[] {
  return doors.map((door) => door(deps))
}
