// Catches the statements that a deed sends, and asks PostgreSQL how it would carry each of them out.
import { Client } from 'pg'

/** A statement as it was sent, and the database role that sent it. */
export type Statement = { text: string; values: unknown[]; role: string }

/** How a table is read in a statement: `Seq Scan` reads all of it. */
export type Reading = { table: string; way: string; index: string | null }

export type Plan = { deed: string; text: string; readings: Reading[] }

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Loops'?: number
  Plans?: Node[]
}

/** Runs a deed and returns every statement it sent, in order. */
export async function caughtIn(deed: () => Promise<unknown>): Promise<Statement[]> {
  const caught: Statement[] = []
  const { prototype } = Client
  const original = Object.getOwnPropertyDescriptor(prototype, 'query') as PropertyDescriptor
  const query = original.value as (this: Client, ...args: unknown[]) => unknown
  Object.defineProperty(prototype, 'query', {
    ...original,
    value(this: Client & { connectionParameters: { application_name: string } }, ...args: unknown[]) {
      const [first, second] = args
      const config = typeof first === 'string' ? { text: first, values: second } : (first as Statement)
      if (typeof config?.text === 'string') {
        const { application_name: role } = this.connectionParameters
        caught.push({ text: config.text, values: Array.isArray(config.values) ? config.values : [], role })
      }
      return query.apply(this, args)
    },
  })
  try {
    await deed()
  } finally {
    Object.defineProperty(prototype, 'query', original)
  }
  return caught
}

function readingsIn(node: Node): Reading[] {
  const table = node['Relation Name']
  // What a policy holds ready and never asks is read by nobody.
  const own =
    table && node['Actual Loops'] !== 0
      ? [{ table, way: node['Node Type'], index: node['Index Name'] ?? null }]
      : []
  return [...own, ...(node.Plans ?? []).flatMap(readingsIn)]
}

const explainable = /^\s*(select|with|insert|update|delete)/i

/** The plans of caught statements, made in the context that they were sent in and undone again. */
export async function plansOf(
  where: { url: string; deed: string },
  statements: readonly Statement[],
): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const [role, sent] of Map.groupBy(statements, (one) => one.role))
    plans.push(...(await plansAs({ ...where, role }, sent)))
  return plans
}

async function plansAs(
  where: { url: string; role: string; deed: string },
  statements: readonly Statement[],
): Promise<Plan[]> {
  const client = new Client({ connectionString: where.url, options: `-c role=${where.role}` })
  await client.connect()
  const plans: Plan[] = []
  await client.query('begin')
  try {
    for (const { text, values } of statements) {
      if (!explainable.test(text)) continue
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
        `explain (${/^\s*select/i.test(text) && !/set_config/.test(text) ? 'analyze, timing off, ' : ''}format json) ${text}`,
        values,
      )
      const plan = rows[0]?.['QUERY PLAN'][0].Plan
      if (plan) plans.push({ deed: where.deed, text, readings: readingsIn(plan) })
      // The context is what the policies ask for: without it nothing would be read at all.
      if (text.includes('set_config')) await client.query(text, values)
    }
  } finally {
    await client.query('rollback')
    await client.end()
  }
  return plans
}
