// Two home visitors of different houses, the times of a week, and its rules.
import type { Visitor, VisitRules } from '../../shared/domain/visit-plan.ts'

export const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
export const [morning, afternoon, evening] = [
  { starts: '09:00', ends: '10:30', evening: false },
  { starts: '13:00', ends: '14:30', evening: false },
  { starts: '18:00', ends: '19:30', evening: true },
] as const
export const rules: VisitRules = {
  times: [morning, afternoon, evening],
  pairing: 'different',
  workingTime: office,
}
export const aVisitor = (id: string, over: Partial<Visitor> = {}): Visitor => ({
  id,
  organisation: 'kommunen',
  committee: 'SN',
  weekdays: [1, 2, 3, 4, 5],
  evenings: [2],
  times: [morning, afternoon, evening],
  areas: [],
  visitsPerDay: 2,
  visitsPerWeek: 6,
  absences: [],
  ...over,
})
export const lots = aVisitor('lots')
export const bokonsulent = aVisitor('bokonsulent', { organisation: 'ÖBO', committee: null })
