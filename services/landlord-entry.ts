// Between a landlord's first sign-in and being let in: who they act for, an invitation, or waiting for the municipality.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readOrganisationNumber } from '../shared/domain/identity-number.ts'
import { Refusal } from '../shared/domain/refusal.ts'
import type { App } from './http.ts'
import type { Told } from './identity-presets.ts'
import { renderPage } from './web/frame.ts'
import { summaryOf, textsOf, valuesIn, type FieldErrors, type Values } from './web/page.ts'

/** Who has signed in and is nobody here yet. */
export type Newcomer = { subject: string; username: string; name: string; email: string | null }

/** How a newcomer is let in; decided elsewhere. */
export type LandlordEntry = {
  ask: (
    who: Newcomer & { organisationNumber: string | null; landlordName: string | null },
  ) => Promise<'active' | 'waiting'>
  redeem: (who: Newcomer, code: string) => Promise<void>
}

/** The newcomer in the provider's words, and the organisation that the provider vouches for. */
export type Pending = Newcomer & { organisationNumber: string | null; organisationName: string | null }

/** What is known of a newcomer at sign-in; null when the provider does not even say who it is. */
export function pendingOf({
  subject,
  name,
  username,
  email,
  organisationNumber,
  organisationName,
}: Told): Pending | null {
  if (subject === null) return null
  const called = name ?? username ?? 'Hyresvärd'
  return { subject, username: username ?? called, name: called, email, organisationNumber, organisationName }
}

const WAYS = ['organisation', 'invited', 'myself'] as const
const ENTRY = '/login/hyresvard'

function newcomerIn(request: FastifyRequest): Pending {
  const { pending } = request.session
  if (!pending) throw new Refusal('unauthenticated', 'login.failed', 'Logga in igen.')
  return pending
}

function showChoice(reply: FastifyReply, values: Values = {}, errors: FieldErrors = {}): FastifyReply {
  const t = textsOf(reply.request)
  return renderPage(reply, 'entry', {
    title: t('entry.title'),
    ways: WAYS.map((value) => ({ value, text: t(`entry.as.${value}`) })),
    form: { values, errors },
    errors: summaryOf(errors),
  })
}

function showOutcome(reply: FastifyReply, outcome: 'active' | 'waiting'): FastifyReply {
  const t = textsOf(reply.request)
  const ready = outcome === 'active'
  return renderPage(reply, 'about', {
    title: t(ready ? 'entry.ready.title' : 'entry.waiting.title'),
    paragraphs: ready ? [t('entry.ready.text')] : [t('entry.waiting.text'), t('entry.waiting.urgent')],
  })
}

/** What is wrong with the answer, by field; nothing when it can be carried out. */
function faultsIn(values: Values, t: ReturnType<typeof textsOf>): FieldErrors {
  const way = WAYS.find((known) => known === values['as'])
  if (!way) return { as: t('entry.as.error') }
  if (way === 'organisation' && !readOrganisationNumber(values['number'] ?? ''))
    return { number: t('entry.number.error') }
  return way === 'invited' && !values['code']?.trim() ? { code: t('entry.code.error') } : {}
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  entry: LandlordEntry,
): Promise<FastifyReply> {
  const { subject, username, name, email } = newcomerIn(request)
  const who = { subject, username, name, email }
  const values = valuesIn(request)
  const errors = faultsIn(values, textsOf(request))
  if (Object.keys(errors).length > 0) return showChoice(reply.code(422), values, errors)
  if (values['as'] === 'invited') {
    await entry.redeem(who, (values['code'] ?? '').slice(0, 100))
    return showOutcome(reply, 'active')
  }
  const alone = values['as'] === 'myself'
  const organisationNumber = alone ? null : readOrganisationNumber(values['number'] ?? '')
  const landlordName = alone ? null : (values['name'] ?? '').trim().slice(0, 200) || null
  return showOutcome(reply, await entry.ask({ ...who, organisationNumber, landlordName }))
}

/** `GET`, `POST /login/hyresvard`: for whoever has just signed in as a landlord and is not known here. */
export function landlordEntryRoutes(app: App, entry: LandlordEntry): void {
  const config = { permission: 'public' as const }
  app.get(ENTRY, { config }, async (request, reply) => {
    const { organisationNumber, organisationName: landlordName, ...who } = newcomerIn(request)
    if (organisationNumber === null) return showChoice(reply)
    // The provider vouches for the organisation: nothing to fill in.
    const { subject, username, name, email } = who
    return showOutcome(
      reply,
      await entry.ask({ subject, username, name, email, organisationNumber, landlordName }),
    )
  })
  app.post(ENTRY, { config }, (request, reply) => answer(request, reply, entry))
}
