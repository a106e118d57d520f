// The door to trying a version of the rules: on one made-up case, on past cases, and on the open cases that may be moved to it.
import { z } from 'zod'
import {
  askRehearsal,
  listRehearsals,
  readRehearsal,
  type RehearsalState,
} from '../../shared/casework/rehearsals.ts'
import { listMovable, moveCases } from '../../shared/casework/rule-moves.ts'
import { tryRules } from '../../shared/casework/rule-trials.ts'
import { printOwner } from '../../shared/domain/routing-cases.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, paging, type ApiDeps } from './asking.ts'
import { grounds, showGrounds, versionOf } from './rule-shapes.ts'

const tags = ['rules']

const client = z.strictObject({
  committee: z.string().max(20),
  unit: z.string().max(40).nullable().default(null),
  caseworker: z.string().max(100).nullable().default(null),
})
const days = z.number().int().min(-3650).max(3650)
/** The facts of a made-up case, as the rules read them; amounts in öre, as everywhere inside the rules. */
const facts = z.strictObject({
  noticeType: z.string().max(60).optional(),
  stage: z.string().max(60).optional(),
  daysLeft: days.nullable().optional(),
  daysToEviction: days.nullable().optional(),
  monthsUnpaid: z.number().int().min(0).max(600).nullable().optional(),
  amount: z.number().int().min(0).nullable().optional(),
  landlord: z
    .strictObject({ organisationNumber: z.string().max(20).nullable(), name: z.string().max(200) })
    .optional(),
  landlordKind: z.string().max(60).optional(),
  postalCode: z.string().max(6).nullable().optional(),
  age: z.number().int().min(0).max(150).nullable().optional(),
  childrenInHousehold: z.enum(['yes', 'no', 'unknown']).optional(),
  repeatWithin12Months: z.boolean().optional(),
  contactState: z.string().max(60).optional(),
  contactAttempts: z.number().int().min(0).max(1000).optional(),
  tenancyKind: z.string().max(60).optional(),
  clientOf: z.array(client).max(20).optional(),
  outOfHours: z.boolean().optional(),
  protectedIdentity: z.boolean().optional(),
  violence: z.boolean().optional(),
  needs: z.array(z.string().max(60)).max(40).optional(),
})

const count = z.object({
  committee: z.string(),
  unit: z.string().nullable(),
  before: z.number(),
  after: z.number(),
  addedBefore: z.number(),
  addedAfter: z.number(),
})
const rehearsal = z.object({
  id: z.string(),
  ruleVersion: z.number(),
  against: z.number(),
  from: z.string(),
  to: z.string(),
  state: z.enum(['waiting', 'running', 'done']),
  done: z.number(),
  total: z.number(),
  result: z
    .object({
      cases: z.number(),
      newOwner: z.number(),
      shorterAnswer: z.number(),
      longerAnswer: z.number(),
      units: z.array(count),
    })
    .nullable(),
})
const rehearsed = z.object({
  id: z.string(),
  number: z.string(),
  beforeOwner: z.string(),
  beforeRow: z.number().nullable(),
  afterOwner: z.string(),
  afterRow: z.number().nullable(),
})
const movable = z.object({
  id: z.string(),
  number: z.string(),
  version: z.number().nullable(),
  owner: z.string(),
  row: z.number().nullable(),
  newOwner: z.string(),
  newRow: z.number().nullable(),
})

function showRehearsal(one: RehearsalState): z.infer<typeof rehearsal> {
  const { id, ruleVersionId, againstId, fromDay, toDay, state, done, total, result } = one
  const period = { from: fromDay, to: toDay }
  return { id, ruleVersion: ruleVersionId, against: againstId, ...period, state, done, total, result }
}

/** `/v1/rule-versions/{id}/trials`, `/rehearsals`, `/moves` and `/v1/rehearsals/{id}`. */
export function ruleTrialRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    tryOne(app, deps)
    rehearse(app, deps)
    progress(app, deps)
    move(app, deps)
  }
}

function tryOne(app: App, { db }: ApiDeps): void {
  const owners = z.array(z.string())
  const answer = grounds.extend({
    row: z.number().nullable(),
    owners,
    additions: owners,
    reason: z.string(),
    templates: owners,
  })
  app.post(
    '/v1/rule-versions/:id/trials',
    {
      config: { permission: 'rules.read' },
      schema: {
        tags,
        summary: 'Pröva ett påhittat ärende / try one case by hand',
        params: byId,
        body: z.strictObject({ facts }),
        response: { 200: answer },
      },
    },
    async ({ principal, params, body, language }) => {
      // What is left out must not take the place of the ordinary case's own fact.
      const told = Object.fromEntries(Object.entries(body.facts).filter(([, fact]) => fact !== undefined))
      const found = await tryRules(db, actorOf(principal), versionOf(params), told)
      const { row, owners, additions, reason, templates } = found.decision
      const who = { owners: owners.map(printOwner), additions: additions.map(printOwner) }
      const says = { row, reason: reason[language], templates: [...templates] }
      return { ...says, ...who, ...showGrounds(found, language) }
    },
  )
}

function rehearse(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/rule-versions/:id/rehearsals',
    {
      config: { permission: 'rules.change' },
      schema: {
        tags,
        summary: 'Pröva en version mot gångna ärenden / rehearse a version over past cases',
        description: 'Ett jobb: följ det på adressen i Location. Inget ärende ändras.',
        params: byId,
        body: z.strictObject({ from: z.iso.date(), to: z.iso.date() }),
        response: { 202: rehearsal },
      },
    },
    async ({ principal, params, body }, reply) => {
      const asked = await askRehearsal(db, actorOf(principal), versionOf(params), body)
      void reply.code(202).header('location', `/v1/rehearsals/${asked.id}`)
      return showRehearsal(asked)
    },
  )
}

function progress(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/rule-versions/:id/rehearsals',
    {
      config: { permission: 'rules.read' },
      schema: {
        tags,
        summary: 'Versionens prövningar / the rehearsals of a version',
        params: byId,
        response: { 200: z.object({ rehearsals: z.array(rehearsal) }) },
      },
    },
    async ({ principal, params }) => {
      const found = await listRehearsals(db, actorOf(principal), versionOf(params))
      return { rehearsals: found.map(showRehearsal) }
    },
  )
  app.get(
    '/v1/rehearsals/:id',
    {
      config: { permission: 'rules.read' },
      schema: {
        tags,
        summary: 'Hur långt en prövning har kommit, och vad den visar / a rehearsal’s progress and result',
        description: 'Räkningen gäller alla ärenden; listan visar dem som den som frågar får se.',
        params: byId,
        querystring: paging,
        response: { 200: rehearsal.extend({ cases: z.array(rehearsed) }) },
      },
    },
    async ({ principal, params, query }) => {
      const found = await readRehearsal(db, actorOf(principal), idOf(params), query)
      return { ...showRehearsal(found), cases: found.cases }
    },
  )
}

function move(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/rule-versions/:id/moves',
    {
      config: { permission: 'rules.move' },
      schema: {
        tags,
        summary: 'Öppna ärenden som kan flyttas hit, och vad det skulle ge / open cases that may be moved',
        params: byId,
        querystring: paging,
        response: { 200: z.object({ cases: z.array(movable) }) },
      },
    },
    async ({ principal, params, query }) => ({
      cases: await listMovable(db, actorOf(principal), versionOf(params), query),
    }),
  )
  app.post(
    '/v1/rule-versions/:id/moves',
    {
      config: { permission: 'rules.move' },
      schema: {
        tags,
        summary: 'Flytta de nämnda ärendena till versionen / move the named cases',
        params: byId,
        body: z.strictObject({ caseIds: z.array(z.guid()).min(1).max(500) }),
        response: { 200: z.object({ moved: z.array(z.string()) }) },
      },
    },
    async ({ principal, params, body }) => moveCases(db, actorOf(principal), versionOf(params), body.caseIds),
  )
}
