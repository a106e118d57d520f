// The staff's door to who has a case and why: the explanation, recorded facts, a proposed owner, and the screening.
import { z } from 'zod'
import { readQuestions } from '../../shared/casework/client-registers.ts'
import { decideProposal } from '../../shared/casework/owner-decisions.ts'
import { recordFacts } from '../../shared/casework/recorded-facts.ts'
import { readRoutingExplanation } from '../../shared/casework/rule-trials.ts'
import { screenCase } from '../../shared/casework/screening.ts'
import type { Assignment } from '../../shared/casework/assignments.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, ifMatchOf, type ApiDeps } from './asking.ts'
import { grounds, showGrounds } from './rule-shapes.ts'

const tags = ['cases']

const owner = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  committee: z.string(),
  unit: z.string().nullable(),
  personId: z.string().nullable(),
  reason: z.string(),
  createdAt: z.string(),
  endedReason: z.string().nullable(),
})
const question = z.object({
  askedAt: z.string(),
  askedBy: z.string(),
  asking: z.string(),
  committee: z.string(),
  purpose: z.string(),
  answer: z.enum(['yes', 'no']),
})
const explanation = grounds.extend({
  ruleSet: z.literal('routing'),
  version: z.number(),
  row: z.number().nullable(),
  reason: z.string(),
  basis: z.string().nullable(),
  history: z.array(owner),
  questions: z.array(question),
})

const facts = z.strictObject({
  needs: z.array(z.string().max(60)).max(40).optional(),
  violence: z.boolean().optional(),
  protected: z.boolean().optional(),
  children: z.enum(['yes', 'no', 'unknown']).optional(),
  tenancyKind: z.string().max(60).optional(),
})

function showOwner(one: Assignment, language: 'sv' | 'en'): z.infer<typeof owner> {
  const { id, kind, state, committee, unit, personId, createdAt, endedReason } = one
  const reason = language === 'sv' ? one.reasonSv : one.reasonEn
  return { id, kind, state, committee, unit, personId, reason, createdAt, endedReason }
}

/** `GET /v1/cases/{id}/routing`, `POST …/facts`, `POST …/owner-proposals`, and `POST /v1/tasks/{id}/screening`. */
export function caseRoutingRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    explain(app, deps)
    record(app, deps)
    decide(app, deps)
    screen(app, deps)
  }
}

function explain(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/cases/:id/routing',
    {
      config: { permission: 'case.read' },
      schema: {
        tags,
        summary: 'Varför ärendet ligger där det ligger / why the case is where it is',
        params: byId,
        response: { 200: explanation },
      },
    },
    async ({ principal, params, language }) => {
      const [actor, id] = [actorOf(principal), idOf(params)]
      const found = await readRoutingExplanation(db, actor, id)
      const questions = await readQuestions(db, actor, id)
      const { version, row, reason, basis, history } = found
      return {
        ruleSet: 'routing' as const,
        version,
        row,
        reason: reason[language],
        basis,
        ...showGrounds(found, language),
        history: history.map((one) => showOwner(one, language)),
        questions: questions.map(({ answer, ...one }) => ({
          ...one,
          answer: answer ? ('yes' as const) : ('no' as const),
        })),
      }
    },
  )
}

function record(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/facts',
    {
      config: { permission: 'contact.record' },
      schema: {
        tags,
        summary: 'Anteckna uppgifter om hushållet / record facts',
        description: 'Bara det som skickas ändras. Nya uppgifter kan leda till förslag om en annan ägare.',
        params: byId,
        body: facts,
        response: { 200: z.object({ changed: z.array(z.string()) }) },
      },
    },
    (request) => {
      const about = { caseId: idOf(request.params), ifMatch: ifMatchOf(request) }
      const { needs, violence, protected: hidden, children, tenancyKind } = request.body
      const given = {
        ...(needs && { needs }),
        ...(violence !== undefined && { violence }),
        ...(hidden !== undefined && { protected: hidden }),
        ...(children && { children }),
        ...(tenancyKind && { tenancyKind }),
      }
      return recordFacts(db, actorOf(request.principal), about, given)
    },
  )
}

function decide(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/owner-proposals',
    {
      config: { permission: 'owner.decide' },
      schema: {
        tags,
        summary: 'Bekräfta eller avböj en föreslagen ägare / decide a proposed owner',
        params: byId,
        body: z.strictObject({
          assignmentId: z.guid(),
          decision: z.enum(['confirmed', 'declined']),
          reason: z.string().max(1000).optional(),
        }),
        response: { 200: owner },
      },
    },
    async ({ principal, params, body, language }) => {
      const { assignmentId, decision, reason } = body
      const given = { caseId: idOf(params), assignmentId, decision, reason: reason ?? null }
      return showOwner(await decideProposal(db, actorOf(principal), given), language)
    },
  )
}

function screen(app: App, { db }: ApiDeps): void {
  const answer = z.strictObject({
    committee: z.string().max(20),
    answer: z.enum(['ours', 'not-ours']),
    reason: z.string().max(1000).default(''),
  })
  app.post(
    '/v1/tasks/:id/screening',
    {
      config: { permission: 'task.complete' },
      schema: {
        tags: ['tasks'],
        summary: 'Prövning mot varje nämnd, med skäl / screen against every committee, with reasons',
        params: byId,
        body: z.strictObject({ answers: z.array(answer).min(1).max(30) }),
        response: { 200: z.object({ id: z.string(), state: z.string(), outcome: z.string().nullable() }) },
      },
    },
    async ({ principal, params, body }) => {
      const { id, state, outcome } = await screenCase(db, actorOf(principal), idOf(params), body.answers)
      return { id, state, outcome }
    },
  )
}
