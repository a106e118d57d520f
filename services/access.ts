// Who may do what: one table, deny by default, and no route without a line in it.
import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Principal, Role } from '../shared/casework/people.ts'

type Rule = {
  roles: readonly Role[]
  /** The scope that a system's token must carry; a person's access follows the role alone. */
  scope: 'notices' | 'eviction-notices' | 'casework' | null
}

const STAFF = ['registrar', 'caseworker', 'visitor', 'counsellor', 'supervisor'] as const
const EVERYBODY = [...STAFF, 'landlord', 'administrator', 'statistician', 'log-reviewer'] as const

/**
 * What each role may do at all. Which rows it then sees is decided by the database: committee, unit and relation.
 * Roles follow lag 2001:454 and OSL 8:2: nobody has the whole municipality, and an administrator sees no case.
 */
export const PERMISSIONS = {
  'notice.send': { roles: ['landlord', 'registrar'], scope: 'notices' },
  'notice.update': { roles: ['landlord', 'registrar'], scope: 'notices' },
  'notice.read-own': { roles: ['landlord', 'registrar'], scope: 'notices' },
  'eviction-notice.send': { roles: ['kronofogden', 'registrar'], scope: 'eviction-notices' },
  'eviction-notice.read-own': { roles: ['kronofogden', 'registrar'], scope: 'eviction-notices' },
  'case.search': { roles: ['registrar', 'caseworker', 'supervisor', 'system'], scope: 'casework' },
  'case.read': {
    roles: ['caseworker', 'visitor', 'counsellor', 'supervisor', 'system'],
    scope: 'casework',
  },
  'case.assign': { roles: ['caseworker', 'supervisor', 'system'], scope: 'casework' },
  'consent.record': { roles: ['caseworker', 'supervisor'], scope: null },
  'tenancy.record': { roles: ['caseworker', 'supervisor'], scope: null },
  'undertaking.decide': { roles: ['supervisor'], scope: null },
  'meeting.read': { roles: ['caseworker', 'supervisor'], scope: null },
  'meeting.call': { roles: ['caseworker', 'supervisor'], scope: null },
  'case.close': { roles: ['caseworker', 'supervisor', 'system'], scope: 'casework' },
  'contact.record': { roles: ['caseworker', 'visitor', 'counsellor', 'system'], scope: 'casework' },
  'visit.record': { roles: ['caseworker', 'visitor', 'system'], scope: 'casework' },
  'visit.work': { roles: ['caseworker', 'visitor', 'counsellor', 'supervisor'], scope: null },
  'own.time': { roles: ['caseworker', 'visitor', 'counsellor', 'supervisor'], scope: null },
  'letter.write': { roles: ['caseworker', 'visitor', 'counsellor', 'supervisor'], scope: null },
  'task.read': { roles: [...STAFF, 'system'], scope: 'casework' },
  'task.move': { roles: ['supervisor'], scope: null },
  'case.list': { roles: ['caseworker', 'visitor', 'supervisor'], scope: null },
  'task.complete': { roles: [...STAFF, 'system'], scope: 'casework' },
  'referral.read': { roles: ['caseworker', 'counsellor', 'supervisor', 'system'], scope: 'casework' },
  'referral.answer': { roles: ['counsellor', 'system'], scope: 'casework' },
  'board.read': { roles: ['supervisor', 'system'], scope: 'casework' },
  'alert.handle': { roles: ['supervisor'], scope: null },
  'deadline.calculate': { roles: [...STAFF, 'administrator', 'system'], scope: 'casework' },
  'inbox.work': { roles: ['registrar'], scope: null },
  'statistics.read': { roles: ['statistician', 'supervisor', 'administrator'], scope: null },
  'rules.read': { roles: ['caseworker', 'supervisor', 'administrator'], scope: null },
  'rules.change': { roles: ['administrator'], scope: null },
  'rules.move': { roles: ['supervisor'], scope: null },
  'protected.name': { roles: ['supervisor'], scope: null },
  'owner.decide': { roles: ['supervisor'], scope: null },
  'register.send': { roles: ['system'], scope: 'casework' },
  'theme.change': { roles: ['administrator'], scope: null },
  'accessibility.answer': { roles: ['administrator'], scope: null },
  'people.manage': { roles: ['administrator'], scope: null },
  'operation.watch': { roles: ['administrator'], scope: null },
  'audit.review': { roles: ['log-reviewer'], scope: null },
  'audit.excerpt': { roles: ['log-reviewer', 'registrar'], scope: null },
  'case.break-glass': { roles: ['caseworker', 'visitor'], scope: null },
  'case.restrict': { roles: ['caseworker', 'supervisor'], scope: null },
  'approval.use': { roles: ['caseworker', 'supervisor'], scope: null },
  'person.rights': { roles: ['caseworker', 'supervisor'], scope: null },
  'retention.manage': { roles: ['administrator'], scope: null },
  'own.page': { roles: EVERYBODY, scope: null },
} as const satisfies Record<string, Rule>

export type Permission = keyof typeof PERMISSIONS

/** May they do this at all? A system needs its role and the scope; a person needs the role. */
export function may(principal: Principal, permission: Permission): boolean {
  const rule: Rule = PERMISSIONS[permission]
  if (!rule.roles.includes(principal.role)) return false
  if (principal.kind === 'person') return true
  return rule.scope !== null && principal.scopes.includes(rule.scope)
}

/** What a client lacks: the scope it should have asked for, or null when another scope would not help. */
export function missingScope(principal: Principal, permission: Permission): string | null {
  const rule: Rule = PERMISSIONS[permission]
  if (principal.kind !== 'client' || !rule.roles.includes(principal.role)) return null
  return rule.scope
}

export type Declared = {
  method: string
  url: string
  permission: Permission | 'public'
  /** What kind of body the route asks for, when it is not the ordinary one of its part of the service. */
  accepts: 'json' | 'form' | 'multipart' | null
}

/**
 * Keeps the list of all routes and refuses to start when one says nothing about who may use it:
 * a forgotten line must stop a deployment, not open a door.
 */
export function demandPermissions(app: FastifyInstance): Declared[] {
  const routes: RouteOptions[] = []
  const declared: Declared[] = []
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  app.addHook('onReady', async () => {
    for (const route of routes) {
      const permission = route.config?.permission
      if (permission !== 'public' && !(permission !== undefined && Object.hasOwn(PERMISSIONS, permission))) {
        throw new Error(
          `Route ${String(route.method)} ${route.url} does not say who may use it (config.permission).`,
        )
      }
      const accepts = route.config?.accepts ?? null
      for (const method of [route.method].flat())
        declared.push({ method, url: route.url, permission, accepts })
    }
  })
  return declared
}
