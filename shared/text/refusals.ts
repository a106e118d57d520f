// What the house says when it says no, in English: the Swedish stands where it is said, and a test holds the two together.
import { refusedFileInWords } from './file-problems.ts'
import type { Language } from './say.ts'

/** By the refusal's code. Sentences that are made up of values bring their own English. */
const english: Readonly<Record<string, string>> = {
  'absence.days': 'Check the days: the last one must not come before the first.',
  'approval.answered': 'The question is answered already. Load the page again.',
  'approval.asker-gone':
    'Whoever asked for it no longer has that work. Refuse it, and ask anew if it is needed.',
  'approval.overtaken':
    'The notice has changed since the question was asked. Refuse it, read the case, and ask anew if it is needed.',
  'approval.own': 'Whoever has asked cannot approve. Ask a colleague.',
  'approval.supervisor': 'One of the two must be a supervisor. Ask the supervisor.',
  'assign.others': 'Ask your supervisor to move the case to somebody else.',
  'assignee.elsewhere': 'Choose somebody who works in the committee.',
  'assignee.unknown': 'Choose somebody who works in the unit.',
  'assignment.answered': 'The assignment is answered already. Read the case again.',
  'audit.own': 'You have done it yourself. Ask another reviewer.',
  'audit.empty': 'There is nothing in the log for those days. Choose another period.',
  'case.closed': 'The case is closed. Open it again if something new has happened.',
  'case.unknown': 'No case of that number in the committee. Check the number.',
  'code.unknown': 'Choose one of the codes in the list.',
  'consent.days': 'The consent ends before it begins. Check the days.',
  'consent.missing': 'There is no consent. Ask the person, or record another legal basis.',
  'consent.past': 'The consent has already ended. Give a later day.',
  'date.future': 'That day lies ahead. Give the day on which it was served.',
  'date.unclear': 'Write the day as YYYY-MM-DD.',
  'draft.none': 'There is no draft to hand over.',
  'draft.open': 'There is a draft already. Hand it over or throw it away first.',
  'draft.unchanged': 'The draft is the same as the table in force.',
  'eviction-plan.empty': 'Say how it is arranged, or that it is not needed.',
  'eviction-plan.no-day': 'No eviction day is set. Plan when Kronofogden has given a day.',
  'file.infected': 'The file holds malware and was not kept. Look at the computer that it comes from.',
  'file.missing': 'There is no file in what was sent. Choose a file.',
  'from.only-today': 'Committees and units change the day they are published. Give today’s date.',
  'from.past': 'Give today or a later day: rules are not changed backwards in time.',
  'id.invalid': 'The identity number is not valid. Check the digits.',
  'idempotency.key-invalid': 'The key in Idempotency-Key must be 1-255 characters.',
  'idempotency.key-missing': 'Send the header Idempotency-Key with a key that is unique to the notice.',
  'idempotency.other-body': 'The key has been used for another content. Send a new Idempotency-Key.',
  'inbox.entered': 'The message has been entered already. Open the notice instead.',
  'invitation.ended': 'The invitation has been used or is too old. Ask for a new one.',
  'invitation.unknown': 'There is no such invitation. Check the code, or ask for a new one.',
  'landlord.number': 'The organisation number is not valid. Check the digits.',
  'landlord.suspended': 'The landlord is suspended. Open it again first.',
  'eviction-plan.unwritten':
    'First write the plan of the eviction day in the case. Then the task is done by itself.',
  'inbox.stamped': 'The service set the time when the message came in, and it cannot be changed.',
  'letter.incomplete': 'Fill in what is missing in the letter.',
  'letter.protected': 'First check how the letter can be sent safely.',
  'logout.invalid': 'The sign-out cannot be read.',
  'me.nobody': 'A system is no person. Give none, or the id of a person.',
  'merge.case-closed': 'Only open cases can be merged. Open the case again first.',
  'merge.same-case': 'Choose another case to merge with.',
  missing: 'Fill this in.',
  'notice-file.not-found': 'The file is not among those you have sent.',
  'notice.not-found': 'The notice is not among those you have sent.',
  'occurred-at.ahead': 'That time lies ahead. Give when it happened.',
  'outcome.unknown': 'Choose one of the outcomes in the list.',
  'period.reversed': 'The period ends before it begins.',
  'person.has-work': 'The person has open tasks or cases. Say who takes them over.',
  'person.last-administrator':
    'There must be at least two administrators: one drafts and another publishes. Add another first.',
  'person.own-rights': 'You cannot change your own role or unit. Ask another administrator.',
  'person.taken': 'Somebody with that identity is here already. Change that person instead.',
  'person.unfit': 'Some of what was filled in must be mended. See the fields.',
  'proposal.decided': 'The proposal is decided already. Read the case again.',
  'protected.named-by-another': 'You cannot name yourself. Ask another supervisor of the committee.',
  'reason.missing': 'Say why.',
  'referral.over': 'The referral has ended. Call the debt counsellors if the household wants help again.',
  'visitor.terms': 'Some of what was filled in must be mended. See the fields.',
  'slot.overlaps': 'You already have a time that overlaps this one.',
  'slot.past': 'The time has passed. Choose one to come.',
  'received-at.old': 'That is more than a year ago. Check the year.',
  'received-at.ahead': 'The time lies ahead. Say when it arrived.',
  'file.no-scan': 'The file is not a PDF, JPEG or PNG. Scan it again or save it as PDF.',
  'reason.short': 'Say why, with at least ten characters.',
  'referral.other-committee': 'Choose somebody who works with debt counselling in your committee.',
  'register.unreadable': 'The file cannot be read. Mend it and send it again; the former list stays.',
  'respite.answered': 'The answer is noted already. Read the case again.',
  'respite.date-ahead': 'That day lies ahead. Give when it happened.',
  'review.own': 'Whoever has written in the draft cannot review it. Ask a colleague.',
  'right.empty': 'Say what the person asks for.',
  'rules.not-published': 'Cases can only be moved to a published rules table.',
  'rules.not-reviewed': 'A colleague must review the version first.',
  'rules.other-kind': 'This can only be done with the rules table.',
  'rules.published': 'The version is already published from another day.',
  'rules.published-already': 'The version is published. Make a new draft with the earlier text instead.',
  'rules.superseded':
    'Somebody else has published since the draft was written. Make a new draft from that version.',
  'rules.unreadable':
    'The table cannot be read. Mend the rows and send it again; the published version stays.',
  'rules.unreadable-file':
    'The file cannot be read. The draft is as before. Mend the file and upload it again.',
  'rules.unsound':
    'The table cannot be published. Mend the rows in a new draft; the published version stays.',
  'rules.withdrawn': 'The version is taken back. Make a new draft.',
  'screening.incomplete': 'Try the case against every committee.',
  'slot.booked': 'The time is booked already. Choose another time.',
  'slot.taken': 'Somebody has just taken that time. Choose another.',
  'task.done': 'The task is already done with another answer. Read the case again.',
  'task.done-note':
    'The task is already done with the same answer, but without your note. If it is needed, record it as a contact in the case.',
  'task.ended': 'The task is no longer needed. Read the case again and see why.',
  'theme.unfit': 'The appearance cannot be used. See the fields.',
  'undertaking.date-ahead': 'That day lies ahead. Give when it happened.',
  'undertaking.decided':
    'Somebody has already decided on the undertaking. Read the case again, or ask for a new one.',
  'undertaking.not-granted':
    'The undertaking is not decided. Let somebody other than the one who asked decide first.',
  'undertaking.person': 'An undertaking is made by two persons. Sign in as one of them.',
  'undertaking.sent': 'The undertaking is sent already. Read the case again.',
  'contact.own':
    'The person belongs to the committee and sees the whole case already. Move the case, or choose somebody outside.',
  'contact.person': 'There is no such person, or they cannot be a contact. Choose somebody else.',
  'contact.protected': 'The person is protected. Let the special group keep the contact.',
  'eviction-plan.away': 'One of the persons is away that day. Choose somebody else.',
  'eviction-plan.nobody': 'Choose at least one person who is there.',
  'eviction-plan.person': 'One of the persons does not exist. Choose somebody else.',
  'login.fresh': 'Sign in again: this demands a new sign-in.',
  'meeting.day': 'That day has been. Choose today or a day to come.',
  'meeting.person': 'Choose somebody in the committee that has the case. Others are called in from the case.',
  'meeting.protected':
    'The person is protected and is never taken to a meeting. Let the special group consult.',
  'meeting.unknown': 'Choose a meeting in the list.',
  'payment.amount': 'Give an amount above zero.',
  'payment.date-ahead': 'That day lies ahead. Give the day of the payment.',
  'plan.before': 'A payment lies before the day the plan was made. Change the day.',
  'plan.date-ahead': 'The plan cannot be agreed on in the future.',
  'plan.empty': 'Give at least one payment with day and amount.',
  'plan.long': 'At most 36 payments. Divide the debt into fewer.',
  'respite.enforcement-unconfirmed':
    'Call Kronofogden and give the day they confirmed the new time. Otherwise the old one stands.',
  'respite.new-date-missing':
    'Give the new time, after the old one. The old one stands until Kronofogden has moved it.',
  'visit.adult': 'Say for each adult at home whether they said yes.',
  'visit.cancelled': 'The visit is cancelled. Book a new visit from the case.',
  'visit.consent':
    'Note first that all adults at home said yes to the visit, or choose that you met at the door.',
  'visit.done': 'The visit is done or cancelled already. Book a new visit.',
  'visit.phase': 'Open the visit again and choose a part of the list.',
  'visit.suggestion': 'The suggested time is no longer free. Choose another.',
  'visit.why': 'Say why the visit is changed.',
}

/** The sentence of a refusal, or of one of its problems, in the reader's language. */
export function refusalText(
  said: { code: string; detail: string; en?: string | undefined },
  language: Language,
): string {
  if (language === 'sv') return said.detail
  const own = Object.hasOwn(english, said.code) ? english[said.code] : undefined
  return said.en ?? own ?? refusedFileInWords(said.code, language) ?? said.detail
}

/** Whether the code has its English here. */
export const hasEnglish = (code: string): boolean => Object.hasOwn(english, code)
