// What a task's page shows those who do the task without seeing the case: the registrar's papers, the counsellor's household.
import type { FastifyRequest } from 'fastify'
import { householdBehind, itemBehind, papersBehind } from '../../shared/casework/task-material.ts'
import type { Task } from '../../shared/casework/tasks.ts'
import { EVICTION_EVENTS } from '../../shared/domain/eviction-notice.ts'
import { NOTICE_TYPES } from '../../shared/domain/notice-body.ts'
import { findingViews } from './notice-view.ts'
import { actorIn, textsOf, type PageDeps, type Say } from './page.ts'

function nameOf(what: string, t: Say): string {
  const type = NOTICE_TYPES.find((known) => known === what)
  if (type) return t(`notice.type.${type}`)
  const event = EVICTION_EVENTS.find((known) => known === what)
  return event ? t(`eviction.event.${event}`) : what
}

/** The material of the task for this reader; null when the reader has the case itself to look in. */
export async function aboutTask(request: FastifyRequest, { db }: PageDeps, task: Task) {
  const actor = actorIn(request)
  const t = textsOf(request)
  if (actor.role === 'counsellor') {
    const household = await householdBehind(db, actor, task.id)
    return household && { household, itemId: null, papers: [] }
  }
  if (actor.role !== 'registrar') return null
  const papers = task.caseId ? await papersBehind(db, actor, task.id) : []
  return {
    household: null,
    itemId: task.caseId ? null : await itemBehind(db, actor, task.id),
    papers: papers.map((paper) => ({
      ...paper,
      what: nameOf(paper.what, t),
      findings: findingViews(paper.findings, request.language),
    })),
  }
}
