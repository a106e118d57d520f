// Bodies that fit their schema, from a seed: what is spoilt afterwards should be nearly right, or it is refused at the door.
import type { Chance } from '../chaos/chance.ts'
import type { Schema } from './operations.ts'

/** What may stand in the database and in an answer to its owner, never in a refusal, a log line or a metric. */
export const MARKS = ['Fuzzsson', '19900101-2385', '199001012385'] as const

const texts = ['Zeboriah Fuzzsson', 'Fuzzssons gata 3', '19900101-2385', 'ringt två gånger', 'x', '7']
const days = ['2026-11-20', '2026-12-01', '2026-10-31', '2027-01-20', '2026-11-20T09:00:00Z']
const named: Record<string, readonly string[]> = {
  personalIdentityNumber: ['19900101-2385'],
  name: ['Zeboriah Fuzzsson'],
  address: ['Fuzzssons gata 3'],
  postalCode: ['702 10', '70210'],
  city: ['Örebro'],
  // Of the municipality's code lists, which a schema does not name.
  outcome: ['EJ_NADD', 'NADD_TACKAR_JA', 'GENOMFORT', 'BETALD_SJALV'],
}

function textOf(name: string, schema: Schema, chance: Chance): string {
  const known = named[name]
  if (known) return chance.pick(known)
  const examples = schema['examples']
  if (Array.isArray(examples) && chance.next() < 0.7) return String(chance.pick(examples))
  return /date|on$|at$/i.test(name) ? chance.pick(days) : chance.pick(texts)
}

function objectOf(schema: Schema, chance: Chance): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>
  const required = new Set((schema['required'] ?? []) as string[])
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.has(name) || chance.next() < 0.6)
      .map(([name, inner]) => [name, sampleOf(inner, chance, name)]),
  )
}

/** A value that fits the schema; `name` is the property it will stand in. */
export function sampleOf(schema: Schema, chance: Chance, name = ''): unknown {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined
  if (choices) return sampleOf({ ...chance.pick(choices), examples: schema['examples'] }, chance, name)
  if (Array.isArray(schema['enum'])) return chance.pick(schema['enum'])
  if ('const' in schema) return schema['const']
  const type = [schema['type']].flat()[0]
  if (type === 'object') return objectOf(schema, chance)
  if (type === 'array') {
    const inner = (schema['items'] ?? {}) as Schema
    return Array.from({ length: chance.whole(0, 3) }, () => sampleOf(inner, chance, name))
  }
  if (type === 'boolean') return chance.next() < 0.5
  if (type === 'number' || type === 'integer') return chance.pick([0, 1, 8450, 8450.5, 30])
  if (type === 'null') return null
  return textOf(name, schema, chance)
}
