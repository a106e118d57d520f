// The forms of the consent register: a consent, another basis, what was told, and who is the household's neutral contact.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordBasis, recordConsent, recordTelling, withdrawConsent } from '../../shared/casework/consents.ts'
import { householdsOfContact, nameContact, possibleContacts } from '../../shared/casework/neutral-contacts.ts'
import { RECIPIENTS } from '../../shared/domain/consent.ts'
import { readDate, readLine, readLines } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { hangForms, type Asked, type CaseForm, type Field, type Sent } from './case-form.ts'
import { choicesOf, codesInForce } from './codes.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { actorIn, idIn, isId, textsOf, valuesIn, type FieldErrors, type PageDeps } from './page.ts'

const GIVEN_HOW = ['spoken', 'written', 'e-service'] as const

/** Recipient, items and purpose: what every one of these forms asks for. */
async function sharedFields({ deps, language, t }: Asked, purpose: boolean): Promise<Field[]> {
  const codes = await codesInForce(deps.db)
  const recipients = RECIPIENTS.map((value) => ({ value, text: t(`consent.to.${value}`) }))
  const purposes = { kind: 'select' as const, name: 'purpose', label: t('consent.purpose') }
  return [
    {
      kind: 'select',
      name: 'recipient',
      label: t('consent.recipient'),
      items: withFirst(recipients, t('close.choose')),
    },
    {
      kind: 'checks',
      name: 'items',
      label: t('consent.items'),
      items: choicesOf(codes, 'consent-item', language),
    },
    ...(purpose
      ? [{ ...purposes, items: withFirst(choicesOf(codes, 'consent-purpose', language), t('close.choose')) }]
      : []),
  ]
}

const withFirst = (items: readonly { value: string; text: string }[], text: string) => [
  { value: '', text },
  ...items,
]

const personField = ({ t }: Asked): Field => ({
  kind: 'text',
  name: 'person',
  label: t('consent.person'),
  hint: t('consent.person.hint'),
})

/** What the three forms read alike; errors by field. */
function readShared({ t }: Asked, { values, lists }: Sent, purpose: boolean) {
  const errors: FieldErrors = {}
  const person = readLine(values['person'])?.slice(0, 200) ?? ''
  const recipient = values['recipient'] ?? ''
  const items = lists['items'] ?? []
  if (purpose && person === '') errors['person'] = t('consent.error.person')
  if (recipient === '') errors['recipient'] = t('consent.error.recipient')
  if (items.length === 0) errors['items'] = t('consent.error.items')
  if (purpose && !values['purpose']) errors['purpose'] = t('consent.error.purpose')
  return { person, recipient, items, purpose: values['purpose'] ?? '', errors }
}

const fieldOf = { '/recipient': 'recipient', '/items': 'items', '/purpose': 'purpose', '/to': 'to' }

const consentForm: CaseForm = {
  path: 'samtycke',
  permission: 'consent.record',
  fieldOf,
  view: async (asked) => ({
    title: asked.t('consent.new'),
    lead: [asked.t('consent.lead')],
    submit: asked.t('consent.submit'),
    values: { person: asked.found.tenantName, from: asked.today, givenHow: 'spoken' },
    fields: [
      personField(asked),
      ...(await sharedFields(asked, true)),
      { kind: 'date', name: 'from', label: asked.t('consent.from') },
      { kind: 'date', name: 'to', label: asked.t('consent.to'), hint: asked.t('consent.to.hint') },
      {
        kind: 'radios',
        name: 'givenHow',
        label: asked.t('consent.how'),
        items: GIVEN_HOW.map((value) => ({ value, text: asked.t(`consent.how.${value}`) })),
      },
    ],
  }),
  save: async (asked, sent) => {
    const { t } = asked
    const { errors, ...read } = readShared(asked, sent, true)
    const from = readDate(sent.values['from'] ?? '')
    const written = (sent.values['to'] ?? '').trim()
    const to = written === '' ? null : readDate(written)
    const givenHow = GIVEN_HOW.find((known) => known === sent.values['givenHow'])
    if (!from) errors['from'] = t('task.error.day')
    if (written !== '' && !to) errors['to'] = t('task.error.day')
    if (!givenHow) errors['givenHow'] = t('consent.error.how')
    if (!from || !givenHow || Object.keys(errors).length > 0) return { errors }
    await recordConsent(asked.deps.db, asked.actor, { ...read, caseId: asked.found.id, from, to, givenHow })
    return { told: t('consent.done') }
  },
}

const basisForm: CaseForm = {
  path: 'rattslig-grund',
  permission: 'consent.record',
  fieldOf,
  view: async (asked) => ({
    title: asked.t('basis.title'),
    lead: [asked.t('basis.lead')],
    submit: asked.t('basis.submit'),
    fields: [
      ...(await sharedFields(asked, false)),
      {
        kind: 'text',
        name: 'paragraph',
        label: asked.t('basis.paragraph'),
        hint: asked.t('basis.paragraph.hint'),
      },
      { kind: 'note', name: 'harmTest', label: asked.t('basis.harm') },
    ],
  }),
  save: async (asked, sent) => {
    const { recipient, items, errors } = readShared(asked, sent, false)
    const paragraph = readLine(sent.values['paragraph'])?.slice(0, 100)
    const harmTest = readLines(sent.values['harmTest'])?.slice(0, 500)
    if (!paragraph) errors['paragraph'] = asked.t('basis.error.paragraph')
    if (!harmTest) errors['harmTest'] = asked.t('basis.error.harm')
    if (!paragraph || !harmTest || Object.keys(errors).length > 0) return { errors }
    const caseId = asked.found.id
    await recordBasis(asked.deps.db, asked.actor, { caseId, recipient, items, paragraph, harmTest })
    return { told: asked.t('basis.done') }
  },
}

const tellingForm: CaseForm = {
  path: 'utlamnande',
  permission: 'consent.record',
  fieldOf,
  view: async (asked) => ({
    title: asked.t('telling.title'),
    lead: [asked.t('telling.lead')],
    submit: asked.t('telling.submit'),
    values: { person: asked.found.tenantName },
    fields: [personField(asked), ...(await sharedFields(asked, true))],
  }),
  save: async (asked, sent) => {
    const { errors, ...read } = readShared(asked, sent, true)
    if (Object.keys(errors).length > 0) return { errors }
    await recordTelling(asked.deps.db, asked.actor, { ...read, caseId: asked.found.id })
    return { told: asked.t('telling.done') }
  },
}

const contactForm: CaseForm = {
  path: 'kontaktperson',
  permission: 'consent.record',
  fieldOf: { '/personId': 'person' },
  view: async ({ deps, actor, t }) => {
    const people = await possibleContacts(deps.db, actor)
    const items = people.map(({ id, name, unit }) => ({ value: id, text: `${name}, ${unit}` }))
    return {
      title: t('neutral.title'),
      lead: [t('neutral.lead')],
      submit: t('neutral.submit'),
      fields: [
        {
          kind: 'select',
          name: 'person',
          label: t('neutral.person'),
          items: withFirst(items, t('neutral.nobody')),
        },
        {
          kind: 'text',
          name: 'organisation',
          label: t('neutral.organisation'),
          hint: t('neutral.organisation.hint'),
        },
      ],
    }
  },
  save: async ({ deps, actor, found, t }, { values }) => {
    const errors: FieldErrors = {}
    const organisation = readLine(values['organisation'])?.slice(0, 200)
    const { person = '' } = values
    if (!organisation) errors['organisation'] = t('neutral.error.organisation')
    if (person !== '' && !isId(person)) errors['person'] = t('neutral.error.person')
    if (!organisation || errors['person']) return { errors }
    await nameContact(deps.db, actor, { caseId: found.id, personId: person || null, organisation })
    return { told: t('neutral.done') }
  },
}

function withdraw({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { consent = '' } = valuesIn(request)
    if (isId(consent)) {
      await withdrawConsent(db, actorIn(request), consent)
      tellNextPage(request, textsOf(request)('consent.withdrawn.done'))
    }
    return reply.redirect(`/arenden/${idIn(request)}`, 303)
  }
}

function showHouseholds({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const households = await householdsOfContact(db, actorIn(request))
    return renderPage(reply, 'casework/neutral', {
      title: t('neutral.mine'),
      households: households.map(({ caseNumber, givenAt, items }) => ({
        caseNumber,
        givenAt,
        items: items.map((item) => item[request.language]),
      })),
    })
  }
}

/** `/arenden/{id}/samtycke` with its like, and `/kontaktperson`. */
export function consentPages(app: App, deps: PageDeps): void {
  hangForms(app, deps, [consentForm, basisForm, tellingForm, contactForm])
  const config = { permission: 'consent.record' as const }
  app.post('/arenden/:id/samtycke/aterta', { config }, withdraw(deps))
  app.get('/kontaktperson', { config: { permission: 'contact.record' } }, showHouseholds(deps))
}
