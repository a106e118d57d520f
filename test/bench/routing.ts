// Measures the rules table: decisions a second in memory with 200 rows, beside two rule engines on the same table and cases.
import { ZenEngine } from '@gorules/zen-engine'
import { Engine, type RuleProperties } from 'json-rules-engine'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import type { RoutingFacts } from '../../shared/domain/routing-facts.ts'
import { parseRoutingTable } from '../../shared/domain/routing-table.ts'
import { compileRoutingTable, decideRouting } from '../../shared/domain/routing.ts'

const ROWS = 200
const CASES = 4_000

/** One rule in terms that all three can say: a stage, a span of ages, a least number of unpaid months, a postal code. */
type Rule = {
  row: number
  stage: string
  ages: [number, number]
  months: number
  postal: number
  unit: string
}

const stages = ['early', 'warned', 'terminated', 'applied', 'ordered']
const words = ['tidig', 'varnad', 'uppsagd', 'ansökt', 'utslag']

const rules: Rule[] = Array.from({ length: ROWS - 1 }, (_, n) => ({
  row: n + 1,
  stage: stages[n % 5] as string,
  ages: [18 + (n % 7) * 10, 27 + (n % 7) * 10],
  months: n % 4,
  postal: 70_200 + (n % 40),
  unit: `U${n % 12}`,
}))

const cases = Array.from({ length: CASES }, (_, n): RoutingFacts => ({
  ...ORDINARY_FACTS,
  stage: stages[(n * 7) % 5] as string,
  age: 18 + ((n * 13) % 70),
  monthsUnpaid: (n * 3) % 5,
  postalCode: String(70_200 + ((n * 11) % 60)),
}))

function ourTable() {
  const lines = rules.map(
    ({ row, ages, months, postal, unit }) =>
      `${row};OWNER;${words[(row - 1) % 5]};${ages[0]}..${ages[1]};>=${months};${postal};SN;${unit};;;Regel;Rule;INF`,
  )
  const heading =
    'rad;typ;skede;alder;manader_obetalda;postnr;namnd;enhet;svar_arbetsdagar;uppgifter;skal_sv;skal_en;grund'
  const { table, problems } = parseRoutingTable(
    [heading, ...lines, `${ROWS};OWNER;;;;;SN;U0;;;Övriga;Others;INF`].join('\n'),
  )
  if (problems.length > 0) throw new Error(`The table of the bench cannot be read: ${problems[0]?.reason.en}`)
  return compileRoutingTable(table)
}

/** The same table as `json-rules-engine` says it: higher priority first, and the first that succeeds stops the run. */
function jsonRules(): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true })
  for (const { row, stage, ages, months, postal } of rules) {
    const all = [
      { fact: 'stage', operator: 'equal', value: stage },
      { fact: 'age', operator: 'greaterThanInclusive', value: ages[0] },
      { fact: 'age', operator: 'lessThanInclusive', value: ages[1] },
      { fact: 'months', operator: 'greaterThanInclusive', value: months },
      { fact: 'postal', operator: 'equal', value: postal },
    ]
    const rule: RuleProperties = {
      conditions: { all },
      event: { type: 'owner', params: { row } },
      priority: ROWS - row + 1,
      onSuccess: () => void engine.stop(),
    }
    engine.addRule(rule)
  }
  return engine
}

/** The same table as `zen-engine` says it: a decision table with the hit policy "first". */
function zenTable() {
  const [input, output] = [(id: string) => ({ id, name: id, field: id, type: 'expression' }), 'row']
  const content = {
    hitPolicy: 'first',
    inputs: ['stage', 'age', 'months', 'postal'].map(input),
    outputs: [{ id: output, name: output, field: output, type: 'expression' }],
    rules: [
      ...rules.map(({ row, stage, ages, months, postal }) => ({
        _id: `r${row}`,
        stage: `"${stage}"`,
        age: `[${ages[0]}..${ages[1]}]`,
        months: `>= ${months}`,
        postal: `${postal}`,
        row: `${row}`,
      })),
      { _id: `r${ROWS}`, stage: '', age: '', months: '', postal: '', row: `${ROWS}` },
    ],
  }
  const node = (id: string, type: string, more: object = {}) => ({
    id,
    name: id,
    type,
    position: { x: 0, y: 0 },
    ...more,
  })
  const edge = (sourceId: string, targetId: string) => ({
    id: `${sourceId}-${targetId}`,
    type: 'edge',
    sourceId,
    targetId,
  })
  const graph = {
    nodes: [
      node('in', 'inputNode'),
      node('table', 'decisionTableNode', { content }),
      node('out', 'outputNode'),
    ],
    edges: [edge('in', 'table'), edge('table', 'out')],
  }
  return new ZenEngine().createDecision(graph)
}

const factsFor = ({ stage, age, monthsUnpaid, postalCode }: RoutingFacts) => ({
  stage,
  age,
  months: monthsUnpaid,
  postal: Number(postalCode),
})

/** One engine's rate: decisions a second on one core, over the same cases. */
export type RoutingRate = { engine: string; perSecond: number }

async function rate(
  engine: string,
  decide: (facts: RoutingFacts) => unknown,
  times: number,
): Promise<RoutingRate> {
  for (const facts of cases.slice(0, 500)) await decide(facts)
  const from = performance.now()
  for (let n = 0; n < times; n += 1) await decide(cases[n % CASES] as RoutingFacts)
  return { engine, perSecond: (times / (performance.now() - from)) * 1000 }
}

function ownRate(decide: (facts: RoutingFacts) => unknown, times: number): RoutingRate {
  for (let n = 0; n < 50_000; n += 1) decide(cases[n % CASES] as RoutingFacts)
  const from = performance.now()
  for (let n = 0; n < times; n += 1) decide(cases[n % CASES] as RoutingFacts)
  return { engine: 'Bokvar', perSecond: (times / (performance.now() - from)) * 1000 }
}

/** The row that each engine says for a case; the rates mean nothing unless all three agree. */
async function demandAgreement(
  engines: readonly ((facts: RoutingFacts) => Promise<number>)[],
): Promise<void> {
  for (const facts of cases.slice(0, 1_000)) {
    const rows = await Promise.all(engines.map((decide) => decide(facts)))
    if (new Set(rows).size !== 1) throw new Error(`The engines do not agree: rows ${rows.join(', ')}`)
  }
}

/**
 * Decisions a second of a table of 200 rows in memory, ours first, then `json-rules-engine` and `@gorules/zen-engine`
 * on the same table and cases in the same run. Throws when they do not all give the same row.
 */
export async function measureRouting(): Promise<RoutingRate[]> {
  const table = ourTable()
  const [json, zen] = [jsonRules(), zenTable()]
  const ours = (facts: RoutingFacts) => decideRouting(facts, table)
  const byJson = async (facts: RoutingFacts) => {
    const { events } = await json.run(factsFor(facts))
    return Number(events[0]?.params?.['row'] ?? ROWS)
  }
  const byZen = async (facts: RoutingFacts) =>
    ((await zen.evaluate(factsFor(facts))).result as { row: number }).row
  await demandAgreement([async (facts) => ours(facts).row ?? 0, byJson, byZen])
  return [
    ownRate(ours, 1_000_000),
    await rate('json-rules-engine', byJson, 1_000),
    await rate('@gorules/zen-engine', byZen, 5_000),
  ]
}
