// All pages, hung on the server as one door: landlords', staff's, and those that anybody may read.
import type { Routes } from '../http.ts'
import { boardFigurePages } from './board-figures.ts'
import { accessibilityPages } from './accessibility.ts'
import { auditExcerptPages } from './audit-excerpt.ts'
import { auditReviewPages } from './audit-review.ts'
import { approvalPages } from './approvals.ts'
import { breakGlassPages } from './break-glass.ts'
import { caseSecrecyPages } from './case-secrecy.ts'
import { retentionPages } from './retention.ts'
import { boardPages } from './board.ts'
import { calculatorPages } from './calculator.ts'
import { caseFormPages } from './case-forms.ts'
import { consentPages } from './consent-forms.ts'
import { evictionDayPages } from './eviction-day-forms.ts'
import { meetingPages } from './meetings.ts'
import { tenancyPages } from './tenancy-forms.ts'
import { undertakingPages } from './undertaking-forms.ts'
import { caseListPages } from './case-list.ts'
import { casePages } from './case-page.ts'
import { taskPages } from './complete-task.ts'
import { caseCounsellingPages } from './case-counselling.ts'
import { counsellingTimePages } from './counselling-times.ts'
import { inboxEntryPages } from './inbox-entry.ts'
import { inboxPages } from './inbox.ts'
import { formDraftPages } from './form-drafts.ts'
import { landlordFilePages } from './landlord-file.ts'
import { landlordNoticePages } from './landlord-notice.ts'
import { landlordSentPages } from './landlord-sent.ts'
import { startPages } from './my-day.ts'
import type { PageDeps } from './page.ts'
import { referralPages } from './referrals.ts'
import { lawWorkPages } from './law-work.ts'
import { letterEditPages } from './letter-edit.ts'
import { letterTemplatePages } from './letter-templates.ts'
import { letterPages } from './letters.ts'
import { searchPages } from './search-page.ts'
import { ruleTrialPages } from './rule-trial.ts'
import { tableDraftPages } from './table-draft.ts'
import { tableRowPages } from './table-row.ts'
import { tableVersionPages } from './table-version.ts'
import { tablePages } from './tables.ts'
import { absencePages } from './absence.ts'
import { calendarPages } from './calendar.ts'
import { visitBookingPages } from './visit-booking.ts'
import { visitSheetPages } from './visit-sheet.ts'
import { visitPages } from './visits.ts'
import { visitorPages } from './visitors.ts'
import { statisticsPages } from './statistics.ts'
import { themePages } from './theme.ts'
import { landlordAdminPages } from './landlords.ts'
import { peoplePages } from './people.ts'
import { signInPages } from './sign-ins.ts'
import { worklistPages } from './worklist.ts'

const AREAS = [
  formDraftPages,
  startPages,
  calculatorPages,
  landlordNoticePages,
  landlordSentPages,
  landlordFilePages,
  worklistPages,
  taskPages,
  caseListPages,
  casePages,
  caseFormPages,
  consentPages,
  undertakingPages,
  tenancyPages,
  evictionDayPages,
  meetingPages,
  lawWorkPages,
  letterPages,
  searchPages,
  referralPages,
  counsellingTimePages,
  caseCounsellingPages,
  inboxPages,
  inboxEntryPages,
  boardPages,
  boardFigurePages,
  statisticsPages,
  visitPages,
  visitSheetPages,
  visitBookingPages,
  absencePages,
  calendarPages,
  visitorPages,
  letterTemplatePages,
  letterEditPages,
  tablePages,
  tableDraftPages,
  tableRowPages,
  tableVersionPages,
  ruleTrialPages,
  peoplePages,
  signInPages,
  landlordAdminPages,
  themePages,
  accessibilityPages,
  breakGlassPages,
  auditReviewPages,
  auditExcerptPages,
  approvalPages,
  caseSecrecyPages,
  retentionPages,
]

/** The pages over `db` (opened as `bokvar_web`) with the process's keys and law. */
export function pageRoutes(deps: PageDeps): Routes {
  return (app) => {
    for (const area of AREAS) area(app, deps)
  }
}
