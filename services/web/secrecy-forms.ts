// The forms of secrecy and of the person's rights: a restriction, what the person asks for, and a day changed by two.
import { askApproval } from '../../shared/casework/approvals.ts'
import { restrictCase } from '../../shared/casework/break-glass.ts'
import { askRight, RIGHTS } from '../../shared/casework/person-extract.ts'
import { localDateOf } from '../../shared/domain/calendar.ts'
import type { CaseForm } from './case-form.ts'
import { isId } from './page.ts'

const restrictForm: CaseForm = {
  path: 'begransning',
  permission: 'case.restrict',
  fieldOf: { '/reason': 'reason' },
  view: async ({ found, t }) => {
    const words = found.restricted ? t('secrecy.unrestrict') : t('secrecy.restrict')
    return {
      title: words,
      lead: [found.restricted ? t('secrecy.restricted') : t('secrecy.open')],
      submit: words,
      // What was meant is sent along: pressed twice, or after a colleague, it does not turn the other way.
      values: { restricted: found.restricted ? 'no' : 'yes' },
      fields: [
        { kind: 'hidden', name: 'restricted', label: '' },
        { kind: 'text', name: 'reason', label: t('secrecy.reason') },
      ],
    }
  },
  save: async ({ deps, actor, found, t }, { values }) => {
    const { restricted, reason = '' } = values
    await restrictCase(deps.db, actor, { caseId: found.id, restricted: restricted === 'yes', reason })
    return { told: t('secrecy.done') }
  },
}

const rightForm: CaseForm = {
  path: 'begaran',
  permission: 'person.rights',
  fieldOf: { '/what': 'what' },
  view: async ({ t }) => ({
    title: t('secrecy.right.title'),
    lead: [t('secrecy.right.lead')],
    submit: t('secrecy.right.submit'),
    fields: [
      {
        kind: 'radios',
        name: 'right',
        label: t('secrecy.right'),
        items: RIGHTS.map((value) => ({ value, text: t(`secrecy.right.${value}`) })),
      },
      { kind: 'text', name: 'what', label: t('secrecy.right.what') },
    ],
  }),
  save: async ({ deps, actor, found, t }, { values }) => {
    const right = RIGHTS.find((known) => known === values['right'])
    if (!right) return { errors: { right: t('secrecy.right.error') } }
    await askRight(deps.db, actor, { caseId: found.id, right, what: values['what'] ?? '' })
    return { told: t('secrecy.right.done') }
  },
}

const servedForm: CaseForm = {
  path: 'delgivningsdag',
  permission: 'approval.use',
  fieldOf: { '/servedDate': 'servedDate', '/reason': 'reason' },
  view: async ({ found, t }) => {
    const items = found.notices
      .filter(({ kind }) => kind === 'notice')
      .map(({ id, number, receivedAt }) => ({ value: id, text: `${number} ${localDateOf(receivedAt)}` }))
    return {
      title: t('secrecy.date'),
      lead: [t('secrecy.date.lead')],
      submit: t('secrecy.date.submit'),
      values: { notice: items[0]?.value ?? '' },
      fields: [
        { kind: 'select', name: 'notice', label: t('secrecy.date.notice'), items },
        { kind: 'date', name: 'servedDate', label: t('secrecy.date.day') },
        { kind: 'text', name: 'reason', label: t('secrecy.reason') },
      ],
    }
  },
  save: async ({ deps, actor, found, t }, { values }) => {
    const { notice = '', servedDate = '', reason = '' } = values
    if (!isId(notice)) return { errors: { notice: t('secrecy.date.error') } }
    const what = { caseId: found.id, noticeId: notice, servedDate: servedDate.trim() }
    await askApproval(deps.db, actor, { kind: 'legal-date', ...what }, reason)
    return { told: t('secrecy.asked') }
  },
}

/** The three forms, in the order of the case page's section. */
export const secrecyForms: readonly CaseForm[] = [restrictForm, rightForm, servedForm]
