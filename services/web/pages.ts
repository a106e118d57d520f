// All pages, hung on the server as one door: landlords', staff's, and those that anybody may read.
import type { Routes } from '../http.ts'
import { calculatorPages } from './calculator.ts'
import { landlordFilePages } from './landlord-file.ts'
import { landlordNoticePages } from './landlord-notice.ts'
import { landlordSentPages } from './landlord-sent.ts'
import type { PageDeps } from './page.ts'

const AREAS = [calculatorPages, landlordNoticePages, landlordSentPages, landlordFilePages]

/** The pages over `db` (opened as `bokvar_web`) with the process's keys and law. */
export function pageRoutes(deps: PageDeps): Routes {
  return (app) => {
    for (const area of AREAS) area(app, deps)
  }
}
