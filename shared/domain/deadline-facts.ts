// The facts that periods are counted from: what each is called, what may be true of it, and the types that carry them.
import type { DispatchMethod } from './notice.ts'
import type { NoticeType } from './notice-body.ts'
import type { Severity } from './reading-findings.ts'

/** Swedish, with English beside it. */
export type Text = { sv: string; en: string }

export type Tenure = 'rent' | 'cooperative'

/** What has happened to a case and may meet or stop a deadline; `done` says that the duty named by `kind` is done. */
export type DeadlineEvent = {
  type:
    | 'done'
    | 'paid'
    | 'deposited'
    | 'undertaking'
    | 'withdrawn'
    | 'moved'
    | 'wrong-person'
    | 'cancelled'
    | 'executed'
    | 'referred'
    | 'reopening-requested'
    | 'appealed'
    | 'collected'
    | 'erased'
  /** The day it happened (ISO). An undertaking counts from the day it was sent by registered letter (JB 12:63). */
  date: string
  kind?: string | undefined
}

/** Every dated fact, with the words for it. `planned` facts may lie ahead of today; all others have happened. */
export const FACTS = {
  dueDate: { sv: 'förfallodag', en: 'due date', planned: true },
  tenancyEndsOn: {
    sv: 'dag då hyresgästen ändå ska flytta',
    en: 'day the tenant must move anyway',
    planned: true,
  },
  noticeDate: { sv: 'meddelandets datum', en: 'date of the notice', planned: false },
  terminatedDate: { sv: 'uppsägning', en: 'termination', planned: false },
  servedDate: { sv: 'delgivning med hyresgästen', en: 'service on the tenant', planned: false },
  boardNotifiedDate: { sv: 'meddelande till nämnden', en: 'message to the committee', planned: false },
  dispatchedDate: { sv: 'meddelandet avsänt', en: 'message dispatched', planned: false },
  receivedDate: { sv: 'meddelandet mottaget', en: 'message received', planned: false },
  terminationCopyReceivedOn: {
    sv: 'kopia av uppsägningen mottagen',
    en: 'copy of the termination received',
    planned: false,
  },
  contributionDemandedOn: { sv: 'anmaning om insats', en: 'demand for the contribution', planned: false },
  rentDecisionFinalOn: { sv: 'hyresbeslut vann laga kraft', en: 'rent decision final', planned: false },
  applicationServedOn: { sv: 'delgivning av ansökan', en: 'service of the application', planned: false },
  objectionSentOn: {
    sv: 'Kronofogdens besked om bestridande avsänt',
    en: "enforcement authority's notice of the objection sent",
    planned: false,
  },
  orderDate: { sv: 'utslag', en: 'order', planned: false },
  opportunityToRespondOn: { sv: 'tillfälle att yttra sig', en: 'opportunity to respond', planned: false },
  responseAbroadSentOn: {
    sv: 'underrättelse skickad till utlandet',
    en: 'notice sent abroad',
    planned: false,
  },
  documentsCompleteOn: { sv: 'handlingarna kompletta', en: 'documents complete', planned: false },
  deferredApplicationOn: { sv: 'ansökan om avhysning', en: 'application for eviction', planned: false },
  evictionNoticeReceivedAt: {
    sv: 'Kronofogdens underrättelse mottagen',
    en: "enforcement authority's notice received",
    planned: false,
  },
  evictedOn: { sv: 'avhysning', en: 'eviction', planned: false },
  childReportReceivedOn: { sv: 'orosanmälan mottagen', en: 'report of concern received', planned: false },
  childConcernOn: { sv: 'oro för barn uppstod', en: 'concern for a child arose', planned: false },
  inquiryOpenedOn: { sv: 'utredning inledd', en: 'inquiry opened', planned: false },
  reporterDecisionOn: {
    sv: 'beslut om att inleda utredning eller inte',
    en: 'decision to open or not',
    planned: false,
  },
  favourableDecisionOn: { sv: 'gynnande beslut', en: 'favourable decision', planned: false },
  lastNoteOn: { sv: 'sista anteckning i akten', en: 'last note in the file', planned: false },
} as const satisfies Record<string, Text & { planned: boolean }>

export type FactName = keyof typeof FACTS

/** True for the name of a dated fact. */
export const isFactName = (name: string): name is FactName => Object.hasOwn(FACTS, name)

export const FACT_NAMES: readonly FactName[] = Object.keys(FACTS).filter(isFactName)

/**
 * What is known. Dates are ISO days as they were reported, right or wrong; `evictionNoticeReceivedAt` may be an
 * RFC 3339 instant. `today` (ISO day in Sweden) makes facts from the future show; `hypothetical` keeps such a date
 * in the count, as a calculator must, where a case would not believe it.
 */
export type DeadlineFacts = { [name in FactName]?: string | null | undefined } & {
  kind?: Tenure | undefined
  premises?: 'dwelling' | 'premises' | undefined
  noticeType?: NoticeType | undefined
  rentPeriod?: string | null | undefined
  boardNotifiedMethod?: DispatchMethod | null | undefined
  dispatchMethod?: DispatchMethod | null | undefined
  birthDayOfMonth?: number | null | undefined
  today?: string | undefined
  hypothetical?: boolean | undefined
  events?: readonly DeadlineEvent[] | undefined
}

/** A fact to count from: `certain` false when the day was assumed, and then `note` says how. */
export type KnownFact = { date: string; certain: boolean; note: Text | null }

/** Facts after reading: only real days, each with how it was arrived at. */
export type KnownFacts = {
  tenure: Tenure
  premises: 'dwelling' | 'premises'
  noticeType: NoticeType | null
  birthDayOfMonth: number | null
  dates: ReadonlyMap<FactName, KnownFact>
}

/** The words and weight of what can be wrong with facts; `{date}` is the day that is counted from instead. */
export const FACT_FINDINGS = {
  date_unclear: {
    severity: 'critical',
    sv: 'Datumet finns inte eller går inte att läsa. Vi räknar inte med det. Skriv ÅÅÅÅ-MM-DD.',
    en: 'The date does not exist or cannot be read. It is left out of the count. Write YYYY-MM-DD.',
  },
  day_missing_in_month: {
    severity: 'critical',
    sv: 'Dagen finns inte i den månaden. Vi räknar tills vidare från månadens sista dag, {date}.',
    en: 'The month has no such day. Until it is corrected we count from the last day of the month, {date}.',
  },
  date_in_future: {
    severity: 'critical',
    sv: 'Dagen ligger i framtiden och kan inte ha inträffat. Vi räknar inte med den.',
    en: 'The day lies in the future and cannot have happened. It is left out of the count.',
  },
  date_in_future_clamped: {
    severity: 'critical',
    sv: 'Dagen ligger i framtiden och kan inte ha inträffat. Vi räknar tills vidare från i dag, {date}.',
    en: 'The day lies in the future and cannot have happened. Until it is corrected we count from today, {date}.',
  },
  date_in_future_assumed: {
    severity: 'note',
    sv: 'Dagen ligger i framtiden. Beräkningen gäller om den blir så.',
    en: 'The day lies in the future. The calculation holds if it turns out so.',
  },
  served_before_terminated: {
    severity: 'minor',
    sv: 'Delgivningen är rapporterad före uppsägningen. Kontrollera båda. Vi räknar från den tidigare dagen.',
    en: 'Service is reported before the termination. Check both. We count from the earlier day.',
  },
  terminated_before_forfeiture: {
    severity: 'minor',
    sv: 'Uppsägningen är daterad innan hyresrätten kunde vara förverkad. Kontrollera förfallodag och uppsägning.',
    en: 'The termination is dated before the tenancy could be forfeited. Check the due date and the termination.',
  },
  notice_after_arrival: {
    severity: 'minor',
    sv: 'Meddelandet är daterat eller avsänt efter att det kom in. Vi räknar från den tidigare dagen.',
    en: 'The notice is dated or dispatched after it arrived. We count from the earlier day.',
  },
  dispatch_unknown: {
    severity: 'minor',
    sv: 'Det är inte känt när eller hur meddelandet skickades. Vi räknar från den tidigaste möjliga dagen, {date}.',
    en: 'When or how the message was sent is not known. We count from the earliest possible day, {date}.',
  },
  dispatch_method_unclear: {
    severity: 'minor',
    sv: 'Avsändningssättet är okänt. Ett rekommenderat brev räknas från inlämningen, annat från ankomsten.',
    en: 'The dispatch method is unknown. A registered letter counts from posting, anything else on arrival.',
  },
  due_before_month: {
    severity: 'note',
    sv: 'Hyran får alltid betalas till och med sista vardagen före månaden. Vi räknar från {date}.',
    en: 'The rent may always be paid until the last vardag before the month. We count from {date}.',
  },
  kind_unclear: {
    severity: 'minor',
    sv: 'Det framgår inte om det är hyresrätt eller bostadsrätt. Vi räknar som hyresrätt.',
    en: 'It is not clear whether this is a tenancy or a cooperative flat. We count as a tenancy.',
  },
  no_period_in_force: {
    severity: 'note',
    sv: 'Ingen regel i tabellen gällde den dagen, därför räknas ingen frist.',
    en: 'No rule in the table was in force that day, so no period is counted.',
  },
  nothing_to_count: {
    severity: 'note',
    sv: 'Uppgifterna startar ingen frist som vi känner till.',
    en: 'These facts start no period that we know of.',
  },
} as const satisfies Record<string, Text & { severity: Severity }>

export type FactFinding = keyof typeof FACT_FINDINGS
