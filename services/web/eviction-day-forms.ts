// The forms around the day of an eviction: the plan part by part with who is there, and where the household lives afterwards.
import { inContext } from '../../shared/casework/act.ts'
import { listColleagues } from '../../shared/casework/colleagues.ts'
import {
  evictionPlanOf,
  PLAN_PARTS,
  planEvictionDay,
  recordHousing,
  type PlanPart,
} from '../../shared/casework/eviction-plans.ts'
import { allSeries, nominateByHand } from '../../shared/casework/nominations.ts'
import { readLines } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { hangForms, type CaseForm } from './case-form.ts'
import { choicesOf, codesInForce } from './codes.ts'
import { isId, type PageDeps, type Values } from './page.ts'

/** The longest a part may be; more belongs in the case's own papers. */
const LONGEST = 500

function partsIn(values: Values): Record<PlanPart, string> {
  const text = (part: PlanPart) => readLines(values[part])?.slice(0, LONGEST) ?? ''
  return Object.fromEntries(PLAN_PARTS.map((part) => [part, text(part)])) as Record<PlanPart, string>
}

const planForm: CaseForm = {
  path: 'avhysningsdag',
  permission: 'tenancy.record',
  fieldOf: {
    '/night': 'night',
    '/children': 'children',
    '/pets': 'pets',
    '/medicine': 'medicine',
    '/belongings': 'belongings',
    '/present': 'present',
  },
  view: async ({ deps, actor, found, t }) => {
    const plan = await inContext(deps.db, actor, (trx) => evictionPlanOf(trx, found.id))
    const people = await listColleagues(deps.db, actor)
    const standing = plan ? Object.fromEntries(PLAN_PARTS.map((part) => [part, plan[part]])) : {}
    return {
      title: t('day-plan.title'),
      lead: [t('day-plan.lead')],
      submit: t('day-plan.submit'),
      values: standing,
      lists: { present: plan?.present ?? [] },
      fields: [
        ...PLAN_PARTS.map((part) => ({ kind: 'note' as const, name: part, label: t(`day-plan.${part}`) })),
        {
          kind: 'checks',
          name: 'present',
          label: t('day-plan.present'),
          items: people.map(({ id, name, unitName }) => ({ value: id, text: `${name}, ${unitName}` })),
        },
      ],
    }
  },
  save: async ({ deps, actor, found, t }, { values, lists }) => {
    const present = (lists['present'] ?? []).filter(isId)
    await planEvictionDay(deps.db, actor, { caseId: found.id, plan: { ...partsIn(values), present } })
    return { told: t('day-plan.done') }
  },
}

const housingForm: CaseForm = {
  path: 'boende',
  permission: 'tenancy.record',
  fieldOf: { '/housing': 'housing' },
  view: async ({ deps, language, t }) => ({
    title: t('housing.title'),
    submit: t('housing.submit'),
    fields: [
      {
        kind: 'radios',
        name: 'housing',
        label: t('close.housing'),
        items: choicesOf(await codesInForce(deps.db), 'housing-after', language),
      },
    ],
  }),
  save: async ({ deps, actor, found, t }, { values }) => {
    const { housing } = values
    if (!housing) return { errors: { housing: t('housing.error') } }
    await recordHousing(deps.db, actor, { caseId: found.id, housing })
    return { told: t('housing.done') }
  },
}

const nominateForm: CaseForm = {
  path: 'nominera',
  permission: 'tenancy.record',
  fieldOf: { '/series': 'series' },
  view: async ({ deps, language, t }) => {
    const series = await allSeries(deps.db)
    return {
      title: t('meeting.nominate'),
      lead: [t('meeting.nominate.lead')],
      submit: t('meeting.nominate.submit'),
      values: { series: series.find(({ kind }) => kind === 'nomination')?.code ?? '' },
      fields: [
        {
          kind: 'radios',
          name: 'series',
          label: t('meeting.which'),
          items: series.map((one) => ({
            value: one.code,
            text: language === 'sv' ? one.nameSv : one.nameEn,
          })),
        },
      ],
    }
  },
  save: async ({ deps, actor, found, t }, { values }) => {
    const { series } = values
    if (!series) return { errors: { series: t('meeting.error.which') } }
    await nominateByHand(deps.db, actor, { caseId: found.id, series })
    return { told: t('meeting.nominated.done') }
  },
}

/** `/arenden/{id}/avhysningsdag`, `/boende` and `/nominera`. */
export function evictionDayPages(app: App, deps: PageDeps): void {
  hangForms(app, deps, [planForm, housingForm, nominateForm])
}
