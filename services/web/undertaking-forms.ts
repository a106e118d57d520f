// The undertaking step by step on its pages: asked for, decided by another, and the dispatch with its proof.
import { inContext } from '../../shared/casework/act.ts'
import {
  askUndertaking,
  decideUndertaking,
  dispatchUndertaking,
  undertakingsOf,
  type Undertaking,
} from '../../shared/casework/undertaking-steps.ts'
import { undertakingMatter } from '../../shared/casework/undertakings.ts'
import { aboveZero, readDate, readLine, readLines } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { hangForms, type Asked, type CaseForm } from './case-form.ts'
import { dayInText, kronor } from './filters.ts'
import type { FieldErrors, PageDeps } from './page.ts'

const METHODS = ['registered-letter', 'letter', 'e-mail', 'e-service'] as const

async function standing(
  { deps, actor, found }: Asked,
  state: Undertaking['state'],
): Promise<Undertaking | undefined> {
  const all = await inContext(deps.db, actor, (trx) => undertakingsOf(trx, found.id))
  return all.find((one) => one.state === state)
}

/** What was asked for, in sentences that the decider and the sender read first. */
function summaryOf({ t, language }: Asked, one: Undertaking): string[] {
  return [
    t('undertaking.summary', {
      amount: kronor(one.amount, language),
      periods: one.periods.join(', '),
      name: one.askedByName,
    }),
    one.reason,
    ...(one.lastDay ? [t('undertaking.last-day', { date: dayInText(one.lastDay, language, true) })] : []),
  ]
}

const askForm: CaseForm = {
  path: 'atagande',
  permission: 'tenancy.record',
  fieldOf: { '/periods': 'periods' },
  view: async (asked) => {
    const { deps, actor, found, t } = asked
    const matter = await inContext(deps.db, actor, (trx) => undertakingMatter(trx, found.id))
    const periods = matter?.periods ?? []
    return {
      title: t('undertaking.ask'),
      lead: [t('undertaking.lead')],
      submit: t('undertaking.ask.submit'),
      values: { amount: found.amountOwed > 0 ? String(found.amountOwed / 100).replace('.', ',') : '' },
      lists: { periods },
      fields: [
        {
          kind: 'checks',
          name: 'periods',
          label: t('undertaking.periods'),
          items: periods.map((value) => ({ value, text: value })),
        },
        { kind: 'money', name: 'amount', label: t('undertaking.amount') },
        { kind: 'note', name: 'reason', label: t('undertaking.reason'), hint: t('undertaking.reason.hint') },
      ],
    }
  },
  save: async ({ deps, actor, found, t }, { values, lists }) => {
    const errors: FieldErrors = {}
    const amount = aboveZero(values['amount'] ?? '')
    const reason = readLines(values['reason'])?.slice(0, 500)
    const periods = (lists['periods'] ?? []).filter((period) => /^\d{4}-\d{2}$/.test(period))
    if (amount === null) errors['amount'] = t('tenancy.error.amount')
    if (!reason) errors['reason'] = t('undertaking.error.reason')
    if (amount === null || !reason) return { errors }
    await askUndertaking(deps.db, actor, { caseId: found.id, periods, amount, reason })
    return { told: t('undertaking.asked.done') }
  },
}

const decideForm: CaseForm = {
  path: 'atagande/beslut',
  permission: 'undertaking.decide',
  fieldOf: { '/decision': 'decision' },
  view: async (asked) => {
    const { t } = asked
    const one = await standing(asked, 'asked')
    if (!one)
      return { title: t('undertaking.decide'), lead: [t('undertaking.none.asked')], submit: '', fields: [] }
    return {
      title: t('undertaking.decide'),
      lead: summaryOf(asked, one),
      submit: t('undertaking.decide.submit'),
      values: { undertaking: one.id },
      fields: [
        { kind: 'hidden', name: 'undertaking', label: '' },
        {
          kind: 'radios',
          name: 'decision',
          label: t('undertaking.decision'),
          items: [
            { value: 'yes', text: t('undertaking.yes') },
            { value: 'no', text: t('undertaking.no') },
          ],
        },
        { kind: 'note', name: 'reason', label: t('undertaking.decision.reason') },
      ],
    }
  },
  save: async (asked, { values }) => {
    const { deps, actor, t } = asked
    const one = await standing(asked, 'asked')
    const { decision } = values
    const reason = readLines(values['reason'])?.slice(0, 500)
    const errors: FieldErrors = {}
    if (!one) return { errors: { decision: t('undertaking.none.asked') } }
    if (decision !== 'yes' && decision !== 'no') errors['decision'] = t('undertaking.error.decision')
    if (!reason) errors['reason'] = t('undertaking.error.decision.reason')
    if (!reason || errors['decision']) return { errors }
    await decideUndertaking(deps.db, actor, { undertakingId: one.id, granted: decision === 'yes', reason })
    return { told: t('undertaking.decided.done') }
  },
}

const dispatchForm: CaseForm = {
  path: 'atagande/avsandning',
  permission: 'tenancy.record',
  fieldOf: { '/proof': 'proof', '/on': 'on', '/receivedOn': 'receivedOn' },
  view: async (asked) => {
    const { t } = asked
    const one = await standing(asked, 'granted')
    if (!one)
      return {
        title: t('undertaking.dispatch'),
        lead: [t('undertaking.none.granted')],
        submit: '',
        fields: [],
      }
    return {
      title: t('undertaking.dispatch'),
      lead: [...summaryOf(asked, one), t('undertaking.dispatch.lead')],
      submit: t('undertaking.dispatch.submit'),
      values: { on: asked.today, method: 'registered-letter' },
      fields: [
        {
          kind: 'radios',
          name: 'method',
          label: t('undertaking.method'),
          items: METHODS.map((value) => ({ value, text: t(`undertaking.method.${value}`) })),
        },
        { kind: 'date', name: 'on', label: t('undertaking.on') },
        { kind: 'text', name: 'proof', label: t('undertaking.proof'), hint: t('undertaking.proof.hint') },
        {
          kind: 'date',
          name: 'receivedOn',
          label: t('undertaking.received'),
          hint: t('undertaking.received.hint'),
        },
      ],
    }
  },
  save: async (asked, { values }) => {
    const { deps, actor, t } = asked
    const one = await standing(asked, 'granted')
    const errors: FieldErrors = {}
    const method = METHODS.find((known) => known === values['method'])
    const on = readDate(values['on'] ?? '')
    const written = (values['receivedOn'] ?? '').trim()
    const receivedOn = written === '' ? null : readDate(written)
    const proof = readLine(values['proof'])?.slice(0, 200) ?? null
    if (!one) return { errors: { method: t('undertaking.none.granted') } }
    if (!method) errors['method'] = t('undertaking.error.method')
    if (!on) errors['on'] = t('task.error.day')
    if (written !== '' && !receivedOn) errors['receivedOn'] = t('task.error.day')
    if (!method || !on || errors['receivedOn']) return { errors }
    await dispatchUndertaking(deps.db, actor, { undertakingId: one.id, method, on, proof, receivedOn })
    return { told: t('undertaking.sent.done') }
  },
}

/** `/arenden/{id}/atagande` and what follows it. */
export function undertakingPages(app: App, deps: PageDeps): void {
  hangForms(app, deps, [askForm, decideForm, dispatchForm])
}
