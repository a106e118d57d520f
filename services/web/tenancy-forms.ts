// The forms by which money and time save a tenancy: payment plan, payments, respite and guarantee rent, and who pays the rent.
import { agreePlan, notePayment } from '../../shared/casework/payment-plans.ts'
import { recordFacts } from '../../shared/casework/recorded-facts.ts'
import type { Instalment } from '../../shared/domain/payment-plan.ts'
import { aboveZero, readAmount, readDate, readLine } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { hangForms, type CaseForm, type Field } from './case-form.ts'
import type { FieldErrors, PageDeps, Say, Values } from './page.ts'
import { respiteForms } from './respite-forms.ts'

/** Payments that the form has room for; what is left empty is no payment. */
const ROOM = 6
const PLACES = Array.from({ length: ROOM }, (_, place) => place + 1)

function instalmentFields(t: Say): Field[] {
  return PLACES.flatMap((nth): Field[] => [
    {
      kind: 'date',
      name: `day${nth}`,
      label: t('plan.day', { nth }),
      ...(nth > 1 && { hint: t('plan.day.hint') }),
    },
    { kind: 'money', name: `sum${nth}`, label: t('plan.sum', { nth }) },
  ])
}

/** The rows that are filled in, and what is wrong with a row that is only half so. */
function readInstalments(values: Values, t: Say): { instalments: Instalment[]; errors: FieldErrors } {
  const errors: FieldErrors = {}
  const instalments = PLACES.flatMap((nth) => {
    const [day = '', sum = ''] = [values[`day${nth}`]?.trim(), values[`sum${nth}`]?.trim()]
    if (day === '' && sum === '') return []
    const [dueOn, amountOre] = [readDate(day), aboveZero(sum)]
    if (!dueOn) errors[`day${nth}`] = t('task.error.day')
    if (amountOre === null) errors[`sum${nth}`] = t('tenancy.error.amount')
    return dueOn && amountOre !== null ? [{ dueOn, amountOre }] : []
  })
  return { instalments, errors }
}

const inKronor = (ore: number): string => String(ore / 100).replace('.', ',')

const planForm: CaseForm = {
  path: 'betalningsplan',
  permission: 'tenancy.record',
  fieldOf: { '/instalments': 'day1', '/agreedOn': 'agreedOn' },
  view: async ({ found, today, t }) => ({
    title: t('plan.new'),
    lead: [t('plan.lead')],
    submit: t('plan.submit'),
    values: { agreedOn: today, debt: inKronor(found.amountOwed) },
    fields: [
      { kind: 'date', name: 'agreedOn', label: t('plan.agreed') },
      { kind: 'money', name: 'debt', label: t('plan.debt') },
      ...instalmentFields(t),
    ],
  }),
  save: async ({ deps, actor, found, t }, { values }) => {
    const { instalments, errors } = readInstalments(values, t)
    const agreedOn = readDate(values['agreedOn'] ?? '')
    const debt = aboveZero(values['debt'] ?? '')
    if (!agreedOn) errors['agreedOn'] = t('task.error.day')
    if (debt === null) errors['debt'] = t('tenancy.error.amount')
    if (!agreedOn || debt === null || Object.keys(errors).length > 0) return { errors }
    await agreePlan(deps.db, actor, { caseId: found.id, agreedOn, debt, instalments })
    return { told: t('plan.done') }
  },
}

const paymentForm: CaseForm = {
  path: 'betalning',
  permission: 'tenancy.record',
  fieldOf: { '/paidOn': 'paidOn', '/amount': 'amount' },
  view: async ({ today, t }) => ({
    title: t('payment.new'),
    submit: t('payment.submit'),
    values: { paidOn: today },
    fields: [
      { kind: 'date', name: 'paidOn', label: t('payment.on') },
      { kind: 'money', name: 'amount', label: t('payment.amount') },
      { kind: 'text', name: 'source', label: t('close.source'), hint: t('close.source.hint') },
    ],
  }),
  save: async ({ deps, actor, found, t }, { values }) => {
    const errors: FieldErrors = {}
    const paidOn = readDate(values['paidOn'] ?? '')
    const amount = readAmount(values['amount'] ?? '')
    const source = readLine(values['source'])?.slice(0, 200)
    if (!paidOn) errors['paidOn'] = t('task.error.day')
    if (amount === null) errors['amount'] = t('tenancy.error.amount')
    if (!source) errors['source'] = t('close.error.source')
    if (!paidOn || amount === null || !source) return { errors }
    await notePayment(deps.db, actor, { caseId: found.id, paidOn, amount, source })
    return { told: t('payment.done') }
  },
}

const payerForm: CaseForm = {
  path: 'hyran-betalas',
  permission: 'tenancy.record',
  fieldOf: {},
  view: async ({ t }) => ({
    title: t('payer.title'),
    lead: [t('payer.lead')],
    submit: t('payer.submit'),
    fields: [
      {
        kind: 'radios',
        name: 'payer',
        label: t('payer.who'),
        items: [
          { value: 'municipality', text: t('payer.municipality') },
          { value: 'household', text: t('payer.household') },
        ],
      },
    ],
  }),
  save: async ({ deps, actor, found, t }, { values }) => {
    const { payer } = values
    if (payer !== 'municipality' && payer !== 'household') return { errors: { payer: t('payer.error') } }
    await recordFacts(
      deps.db,
      actor,
      { caseId: found.id, ifMatch: null },
      { municipalityPays: payer === 'municipality' },
    )
    return { told: t('payer.done') }
  },
}

/** `/arenden/{id}/betalningsplan`, `/betalning`, `/hyran-betalas` and the forms of a respite. */
export function tenancyPages(app: App, deps: PageDeps): void {
  hangForms(app, deps, [planForm, paymentForm, payerForm, ...respiteForms])
}
