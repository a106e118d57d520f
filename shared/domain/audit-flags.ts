// Says of a line in the audit log what a reviewer should look at; from yes and no, never from a name.
import { isWorkingDay, localDateOf, localTimeOf, type WorkingTime } from './calendar.ts'

export type AuditFacts = {
  at: string
  action: string
  role: string
  relation: 'own' | 'unit' | 'committee' | 'none' | null
  sameSurname: boolean
  ownAddress: boolean
  /** Cases read and searches made by the same person within twelve hours before and after. */
  readsThatDay: number
}

export const AUDIT_FLAGS = [
  'own-address',
  'same-surname',
  'no-relation',
  'break-glass',
  'denied',
  'off-hours',
  'many-reads',
] as const
export type AuditFlag = (typeof AUDIT_FLAGS)[number]

/** More than a caseworker gets through in a day. */
const MANY = 80

/** The flags of a line, the gravest first. A system keeps no office hours. */
export function flagsOf(facts: AuditFacts, workingTime: WorkingTime): AuditFlag[] {
  const single = facts.action === 'read' || facts.action === 'change' || facts.action === 'print'
  const raised: Record<AuditFlag, boolean> = {
    'own-address': facts.ownAddress,
    'same-surname': facts.sameSurname,
    'no-relation': single && (facts.relation === 'committee' || facts.relation === 'none'),
    'break-glass': facts.action === 'break-glass',
    denied: facts.action === 'deny',
    'off-hours': facts.role !== 'system' && isOffHours(facts.at, workingTime),
    'many-reads': facts.readsThatDay > MANY,
  }
  return AUDIT_FLAGS.filter((flag) => raised[flag])
}

function isOffHours(instant: string, workingTime: WorkingTime): boolean {
  const time = localTimeOf(instant).slice(0, 5)
  return (
    !isWorkingDay(localDateOf(instant), workingTime) || time < workingTime.opens || time >= workingTime.closes
  )
}
