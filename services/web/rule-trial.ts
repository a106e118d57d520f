// Trying a made-up case on the rules: which row speaks, on what, and why the rows before it did not.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRuleDraft } from '../../shared/casework/rule-drafts.ts'
import { tryRuleText } from '../../shared/casework/rule-trials.ts'
import { listRules, readRuleVersion } from '../../shared/casework/rules.ts'
import { printOwner, readMadeUpCase } from '../../shared/domain/routing-cases.ts'
import { INPUTS, type RoutingFacts } from '../../shared/domain/routing-facts.ts'
import type { App } from '../http.ts'
import { renderPage } from './frame.ts'
import { actorIn, queryIn, summaryOf, textsOf, type PageDeps, type Values } from './page.ts'
import { columnHint } from './table-words.ts'
import { mayChange } from './tables.ts'

const config = { permission: 'rules.read' as const }

/** The sheet that is tried: a version by its number, or the open draft. The table in force when nothing is said. */
async function textIn(request: FastifyRequest, { db }: PageDeps): Promise<{ version: string; csv: string }> {
  const actor = actorIn(request)
  const wished = queryIn(request, 'version')
  const draft = wished === 'utkast' && mayChange(request) ? await readRuleDraft(db, actor, 'routing') : null
  if (draft) return { version: 'utkast', csv: draft.csv }
  const versions = await listRules(db, actor, 'routing')
  const found = versions.find((one) => String(one.id) === wished) ?? versions.find((one) => one.inForce)
  return { version: wished, csv: found ? (await readRuleVersion(db, actor, found.id)).csv : '' }
}

function answer(csv: string, facts: RoutingFacts, language: 'sv' | 'en') {
  const { decision, values, notMatched } = tryRuleText(csv, facts)
  return {
    row: decision.row,
    owners: decision.owners.map(printOwner),
    additions: decision.additions.map(printOwner),
    reason: decision.reason[language],
    values: values.map((one) => ({ ...one, label: one.label[language] })),
    notMatched: notMatched.map((one) => ({ row: one.row, why: one.why[language] })),
  }
}

async function showTrial(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const { language } = request
  const asked = queryIn(request, 'prova') !== ''
  const cells: Values = Object.fromEntries(INPUTS.map(({ column }) => [column, queryIn(request, column)]))
  const { version, csv } = await textIn(request, deps)
  const { facts, problems } = readMadeUpCase(cells)
  const errors = Object.fromEntries(problems.map((one) => [one.column ?? 'anmalan', one.reason[language]]))
  const draft = version === 'utkast'
  return renderPage(reply.code(asked && !facts ? 422 : 200), 'administration/trial', {
    title: t('trial.title'),
    back: draft
      ? { href: '/regler/fordelning/utkast', text: t('table-draft.back') }
      : { href: '/regler/fordelning' },
    version,
    draft,
    fields: INPUTS.map((input) => ({
      name: input.column,
      label: input.label[language],
      hint: input.kind === 'choice' ? '' : columnHint(input.column, t),
      items:
        input.kind === 'choice'
          ? [
              { value: '', text: t('trial.ordinary') },
              ...input.choices.map(({ word, en }) => ({ value: word, text: language === 'sv' ? word : en })),
            ]
          : null,
    })),
    answer: asked && facts ? answer(csv, facts, language) : null,
    form: { values: cells, errors: asked ? errors : {} },
    errors: asked ? summaryOf(errors) : [],
  })
}

/** `/regler/prova`. The case is made up, so it may stand in the address and be sent to a colleague. */
export function ruleTrialPages(app: App, deps: PageDeps): void {
  app.get('/regler/prova', { config }, (request, reply) => showTrial(request, reply, deps))
}
