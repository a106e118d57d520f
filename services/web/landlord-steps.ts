// One notice in six short steps: each keeps what was written before the next is shown, so that nothing is ever lost.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { findNoticeDraft, keepNoticeDraft } from '../../shared/casework/notice-drafts.ts'
import { senderProfile } from '../../shared/casework/sent-notices.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { FORM_TYPES, MOST_FORM_RENTS, noticeValues, readNoticeForm, rentRows } from './notice-form.ts'
import {
  actorIn,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

const FORM = '/hyresvard/meddelande'
const CHECK = `${FORM}/kontrollera`
const STEPS = 6
const config = { permission: 'notice.send' as const }

type Step = 1 | 2 | 3 | 4 | 5 | 6

/** The step on which a field stands. */
export function stepOf(field: string): Step {
  if (field === 'type') return 1
  if (/^landlord\b/.test(field)) return 2
  if (/^(tenant|dwelling)-/.test(field)) return 3
  if (/^rents\b/.test(field) || ['rows', 'interest', 'amountToRecover'].includes(field)) return 4
  return /^payment\b/.test(field) ? 5 : 6
}

// What is missing as a whole is mended at the first of its fields.
const FIRST_OF: Readonly<Record<string, string>> = {
  landlord: 'landlord-name',
  rents: 'rents-0-period',
  payment: 'payment-bankgiro',
}

/** Where a field is mended from the check page. */
export const stepAddress = (field: string): string =>
  `${FORM}/steg/${stepOf(field)}?andra=1#${FIRST_OF[field] ?? field}`

function stepIn(request: FastifyRequest): Step {
  const { step = '' } = request.params as { step?: string }
  const found = ([1, 2, 3, 4, 5, 6] as const).find((one) => String(one) === step)
  if (!found) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  return found
}

/** What the sender need not write again: from the register and from their latest notice. */
export async function knownValues(request: FastifyRequest, { db }: PageDeps): Promise<Values> {
  const { name, organisationNumber, latest } = await senderProfile(db, actorIn(request))
  const known = {
    'landlord-name': latest?.landlord.name ?? name,
    'landlord-organisationNumber': latest?.landlord.organisationNumber ?? organisationNumber,
    'landlord-postalAddress': latest?.landlord.postalAddress,
    'landlord-phone': latest?.landlord.phone,
    'payment-bankgiro': latest?.payment.bankgiro,
    'payment-plusgiro': latest?.payment.plusgiro,
    'payment-other': latest?.payment.other,
  }
  return Object.fromEntries(
    Object.entries(known).flatMap(([field, value]) => (value ? [[field, value]] : [])),
  )
}

/** What is written so far, or what is known before anything is. */
export async function writtenValues(request: FastifyRequest, deps: PageDeps): Promise<Values> {
  const draft = await findNoticeDraft(deps.db, deps.tools, actorIn(request))
  return draft?.values ?? knownValues(request, deps)
}

function showStep(reply: FastifyReply, step: Step, values: Values, errors: FieldErrors = {}): FastifyReply {
  const { request } = reply
  const t = textsOf(request)
  const rows = Array.from({ length: rentRows(values) }, (_, row) => row)
  const heading = t(`step.${step}`)
  return renderPage(reply, 'landlord/notice-step', {
    title: `${heading} – ${t('step.caption', { step, steps: STEPS })}`,
    back: { href: step === 1 ? '/hyresvard' : `${FORM}/steg/${step - 1}` },
    heading,
    step,
    steps: STEPS,
    changing: queryIn(request, 'andra') === '1',
    types: FORM_TYPES.map((type) => ({ value: type, text: t(`notice.type.${type}`) })),
    form: { values, errors },
    rows,
    mayAdd: rows.length < MOST_FORM_RENTS,
    errors: summaryOf(errors),
  })
}

/** The draft with this step's fields as they were sent now, and all others as they were. */
function merged(before: Values, step: Step, sent: Values): Values {
  const kept = Object.entries(before).filter(([field]) => stepOf(field) !== step)
  const fresh = Object.entries(noticeValues(sent)).filter(([field]) => stepOf(field) === step)
  return Object.fromEntries([...kept, ...fresh])
}

function saveStep(deps: PageDeps) {
  const { db, tools } = deps
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const step = stepIn(request)
    const sent = valuesIn(request)
    const actor = actorIn(request)
    const values = merged(await writtenValues(request, deps), step, sent)
    if (sent['action'] === 'add-rent') {
      const rows = Math.min(rentRows(values) + 1, MOST_FORM_RENTS)
      await keepNoticeDraft(db, tools, actor, { ...values, rows: String(rows) })
      return reply.redirect(`${FORM}/steg/4#rents-${rows - 1}-period`, 303)
    }
    await keepNoticeDraft(db, tools, actor, values)
    if (sent['action'] === 'later') {
      tellNextPage(request, textsOf(request)('step.later.done'))
      return reply.redirect('/hyresvard', 303)
    }
    const { errors } = readNoticeForm(request, values, (await moment(db)).today)
    const here = Object.entries(errors ?? {}).filter(([field]) => stepOf(field) === step)
    if (here.length > 0) return showStep(reply.code(422), step, values, Object.fromEntries(here))
    const done = step === STEPS || queryIn(request, 'andra') === '1'
    return reply.redirect(done ? CHECK : `${FORM}/steg/${step + 1}`, 303)
  }
}

/** What is typed is kept now and then by the page's script, so that a lost session loses nothing. Answers nothing. */
function keepTyped(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const step = Number(queryIn(request, 'steg'))
    const sent = valuesIn(request)
    const before = await writtenValues(request, deps)
    const found = ([1, 2, 3, 4, 5, 6] as const).find((one) => one === step)
    const values = found ? merged(before, found, sent) : noticeValues(sent)
    await keepNoticeDraft(deps.db, deps.tools, actorIn(request), values)
    return reply.code(204).send()
  }
}

/** `/hyresvard/meddelande/steg/1` to `/6`, and what their script sends meanwhile. */
export function landlordStepPages(app: App, deps: PageDeps): void {
  app.get(`${FORM}/steg/:step`, { config }, async (request, reply) =>
    showStep(reply, stepIn(request), await writtenValues(request, deps)),
  )
  app.post(`${FORM}/steg/:step`, { config }, saveStep(deps))
  app.post(`${FORM}/utkast`, { config }, keepTyped(deps))
}
