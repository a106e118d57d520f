// The forms of a respite: asked of the landlord or Kronofogden, or bought with a month's rent, and the answer that moves the day.
import { inContext } from '../../shared/casework/act.ts'
import { listColleagues } from '../../shared/casework/colleagues.ts'
import {
  answerRespite,
  askRespite,
  RESPITE_KINDS,
  respitesOf,
  type Respite,
} from '../../shared/casework/respites.ts'
import { instantAt, localDateOf, localTimeOf } from '../../shared/domain/calendar.ts'
import { aboveZero, readDate, readLines } from '../../shared/domain/written.ts'
import type { Asked, CaseForm, Field } from './case-form.ts'
import { isId, type FieldErrors, type Values } from './page.ts'

const askForm: CaseForm = {
  path: 'anstand',
  permission: 'tenancy.record',
  fieldOf: { '/on': 'on' },
  view: async ({ today, t }) => ({
    title: t('respite.ask'),
    lead: [t('respite.lead')],
    submit: t('respite.ask.submit'),
    values: { on: today },
    fields: [
      {
        kind: 'radios',
        name: 'kind',
        label: t('respite.kind'),
        items: RESPITE_KINDS.map((value) => ({ value, text: t(`respite.kind.${value}`) })),
      },
      { kind: 'date', name: 'on', label: t('respite.on') },
      { kind: 'note', name: 'note', label: t('task.note') },
    ],
  }),
  save: async ({ deps, actor, found, t }, { values }) => {
    const errors: FieldErrors = {}
    const kind = RESPITE_KINDS.find((known) => known === values['kind'])
    const on = readDate(values['on'] ?? '')
    if (!kind) errors['kind'] = t('respite.error.kind')
    if (!on) errors['on'] = t('task.error.day')
    if (!kind || !on) return { errors }
    const note = readLines(values['note'])?.slice(0, 500) ?? null
    await askRespite(deps.db, actor, { caseId: found.id, kind, on, note })
    return { told: t('respite.asked.done') }
  },
}

/** The one that is asked about: named in the address or the form, else the only one that waits. */
async function waiting({ deps, actor, found }: Asked): Promise<Respite[]> {
  const all = await inContext(deps.db, actor, (trx) => respitesOf(trx, found.id))
  return all.filter(({ state }) => state === 'asked')
}

async function guaranteeFields({ deps, actor, t }: Asked): Promise<Field[]> {
  const people = await listColleagues(deps.db, actor)
  const deciders = people.filter(({ role }) => role === 'supervisor' || role === 'caseworker')
  return [
    { kind: 'money', name: 'amount', label: t('respite.amount'), hint: t('respite.amount.hint') },
    { kind: 'money', name: 'monthlyRent', label: t('respite.rent') },
    {
      kind: 'select',
      name: 'decidedBy',
      label: t('respite.decided'),
      items: [
        { value: '', text: t('close.choose') },
        ...deciders.map(({ id, name, unitName }) => ({ value: id, text: `${name}, ${unitName}` })),
      ],
    },
    { kind: 'date', name: 'landlordConfirmedOn', label: t('respite.landlord') },
  ]
}

function whichField({ t }: Asked, asks: readonly Respite[]): Field {
  if (asks.length === 1) return { kind: 'hidden', name: 'respite', label: '' }
  const items = asks.map(({ id, kind }) => ({ value: id, text: t(`respite.kind.${kind}`) }))
  return { kind: 'radios', name: 'respite', label: t('respite.which'), items }
}

function newDayFields({ t }: Asked): Field[] {
  return [
    { kind: 'date', name: 'newDay', label: t('respite.new-day'), hint: t('respite.new-day.hint') },
    { kind: 'time', name: 'newTime', label: t('respite.new-time') },
    {
      kind: 'date',
      name: 'enforcementConfirmedOn',
      label: t('respite.enforcement'),
      hint: t('respite.enforcement.hint'),
    },
  ]
}

const answerForm: CaseForm = {
  path: 'anstand/svar',
  permission: 'tenancy.record',
  fieldOf: {
    '/amount': 'amount',
    '/decidedBy': 'decidedBy',
    '/landlordConfirmedOn': 'landlordConfirmedOn',
    '/newEvictionAt': 'newDay',
    '/enforcementConfirmedOn': 'enforcementConfirmedOn',
  },
  view: async (asked) => {
    const { t, found } = asked
    const asks = await waiting(asked)
    if (asks.length === 0)
      return { title: t('respite.answer'), lead: [t('respite.none')], submit: '', fields: [] }
    const bought = asks.some(({ kind }) => kind === 'guarantee-rent')
    return {
      title: t('respite.answer'),
      lead: [t('respite.answer.lead')],
      submit: t('respite.answer.submit'),
      values: {
        respite: asks[0]?.id ?? '',
        newTime: found.evictionAt ? localTimeOf(found.evictionAt).slice(0, 5) : '',
      },
      fields: [
        whichField(asked, asks),
        {
          kind: 'radios',
          name: 'answer',
          label: t('respite.answered'),
          items: [
            { value: 'yes', text: t('respite.yes') },
            { value: 'no', text: t('respite.no') },
          ],
        },
        ...(bought ? await guaranteeFields(asked) : []),
        ...newDayFields(asked),
      ],
    }
  },
  save: async (asked, { values }) => {
    const { t } = asked
    const asks = await waiting(asked)
    const respite =
      asks.find(({ id }) => id === values['respite']) ?? (asks.length === 1 ? asks[0] : undefined)
    const { answer } = values
    if (!respite) return { errors: { [asks.length > 1 ? 'respite' : 'answer']: t('respite.error.which') } }
    if (answer !== 'yes' && answer !== 'no') return { errors: { answer: t('respite.error.answer') } }
    const { errors, ...read } = readAnswer(asked, values)
    if (answer === 'yes' && Object.keys(errors).length > 0) return { errors }
    const granted = { respiteId: respite.id, granted: answer === 'yes', note: null, ...read }
    await answerRespite(asked.deps.db, asked.actor, granted)
    return { told: t('respite.answered.done') }
  },
}

function readAnswer({ t }: Asked, values: Values) {
  const errors: FieldErrors = {}
  const dayOf = (name: string): string | null => {
    const written = (values[name] ?? '').trim()
    const day = written === '' ? null : readDate(written)
    if (written !== '' && !day) errors[name] = t('task.error.day')
    return day
  }
  const moneyOf = (name: string): number | null => {
    const written = (values[name] ?? '').trim()
    const ore = written === '' ? null : aboveZero(written)
    if (written !== '' && ore === null) errors[name] = t('tenancy.error.amount')
    return ore
  }
  const newDay = dayOf('newDay')
  const time = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec((values['newTime'] ?? '').trim())
  if (newDay && !time) errors['newTime'] = t('task.error.time')
  const { decidedBy = '' } = values
  return {
    amount: moneyOf('amount'),
    monthlyRent: moneyOf('monthlyRent'),
    decidedBy: isId(decidedBy) ? decidedBy : null,
    landlordConfirmedOn: dayOf('landlordConfirmedOn'),
    newEvictionAt: newDay && time ? instantAt(newDay, `${time[1]?.padStart(2, '0')}:${time[2]}`) : null,
    enforcementConfirmedOn: dayOf('enforcementConfirmedOn'),
    errors,
  }
}

/** The two forms of a respite, for the pages of the tenancy. */
export const respiteForms: readonly CaseForm[] = [askForm, answerForm]

/** The day and time of an instant in Sweden, as the section shows a new eviction. */
export const dayAndTime = (instant: string) => `${localDateOf(instant)} ${localTimeOf(instant).slice(0, 5)}`
