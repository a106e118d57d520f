// Anybody's calculator of the law's periods: facts in, dates out; bad facts give findings, never an error.
import { z } from 'zod'
import { moment } from '../../shared/casework/act.ts'
import type { ComputedDeadline } from '../../shared/domain/deadline.ts'
import { FACT_NAMES, type DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { NOTICE_TYPES } from '../../shared/domain/notice-body.ts'
import type { Language } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import type { ApiDeps } from './asking.ts'
import { deadline, finding, showFindings, showWords } from './showing.ts'

const day = z
  .unknown()
  .optional()
  .meta({ description: 'YYYY-MM-DD', examples: ['2026-12-03'] })

/** Every fact may be anything: what cannot be read comes back as a finding. */
const facts = z
  .looseObject({
    kind: z
      .unknown()
      .optional()
      .meta({ description: 'rent or cooperative', examples: ['rent'] }),
    boardNotifiedMethod: z
      .unknown()
      .optional()
      .meta({ description: 'registered-letter, letter, e-mail or e-service' }),
    ...Object.fromEntries(FACT_NAMES.map((name) => [name, day])),
  })
  .meta({ examples: [{ kind: 'rent', servedDate: '2026-12-03', boardNotifiedDate: '2026-12-02' }] })

const computed = deadline.extend({
  name: z.string(),
  form: z.enum(['last-day', 'not-before', 'target']),
  startDate: z.string(),
  missing: z.array(z.string()),
  confidence: z.enum(['verified', 'interpretation', 'unverified']),
  doubt: z.string().nullable(),
  steps: z.array(z.object({ date: z.string(), text: z.string() })),
})
const statement = z.object({
  kind: z.string(),
  severity: z.string(),
  source: z.string(),
  explanation: z.string(),
})

const TEXT_FACTS = ['kind', 'premises', 'rentPeriod', 'boardNotifiedMethod', 'dispatchMethod'] as const

/** Only the names we know; a fact of the wrong type is passed on, so that the reading can say so. */
function factsIn(body: Record<string, unknown>, day: string): DeadlineFacts {
  const names = [...FACT_NAMES, ...TEXT_FACTS].filter((name) => body[name] !== undefined)
  const known = Object.fromEntries(names.map((name) => [name, body[name]]))
  const noticeType = NOTICE_TYPES.find((type) => type === body['noticeType'])
  const birth = body['birthDayOfMonth']
  const whole = typeof birth === 'number' && Number.isInteger(birth) ? { birthDayOfMonth: birth } : {}
  return { ...known, ...(noticeType && { noticeType }), ...whole, today: day, hypothetical: true }
}

function show(one: ComputedDeadline, language: Language): z.infer<typeof computed> {
  const { kind, form, startDate, rawDate, lastDay, safeDay, notBefore, notBeforeAlternative } = one
  const { basis, missing, periodVersion, source, confidence } = one
  const grounds = { basis, missing, periodVersion, source, confidence }
  const dates = { startDate, rawDate, lastDay, safeDay, notBefore, notBeforeAlternative }
  return {
    kind,
    name: showWords(one.name, language),
    form,
    ...dates,
    state: one.state?.state ?? 'running',
    stateReason: one.state ? showWords(one.state.why, language) : null,
    ...grounds,
    doubt: one.doubt ? showWords(one.doubt, language) : null,
    explanation: showWords(one.explanation, language),
    steps: one.steps.map((step) => ({ date: step.date, text: step[language] })),
    inputs: one.inputs.map(({ name, date, note }) => ({ name, date, note: note?.[language] ?? null })),
  }
}

/** `POST /v1/deadline-calculations`. Nothing is stored. */
export function deadlineRoutes({ db, tools }: ApiDeps): (app: App) => void {
  return (app) => {
    app.post(
      '/v1/deadline-calculations',
      {
        config: { permission: 'deadline.calculate' },
        schema: {
          tags: ['deadlines'],
          summary: 'Räkna ut frister / compute deadlines',
          body: facts,
          response: {
            200: z.object({
              deadlines: z.array(computed),
              statements: z.array(statement),
              findings: z.array(finding),
            }),
          },
        },
      },
      async ({ body, language }) => {
        const { today } = await moment(db)
        const { deadlines, statements, findings } = computeDeadlines(factsIn(body, today), tools.law)
        return {
          deadlines: deadlines.map((one) => show(one, language)),
          statements: statements.map(({ kind, severity, source, explanation }) => ({
            kind,
            severity,
            source,
            explanation: showWords(explanation, language),
          })),
          findings: showFindings(findings, language),
        }
      },
    )
  }
}
