// Writes the generated half of docs/dpia.md: `node test/support/dpia-page.ts` after a change of schema, roles or rules.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PERMISSIONS } from '../../services/access.ts'
import { HASHES, SEALED } from '../../shared/casework/key-rotation.ts'
import { readTable } from '../../shared/domain/csv-table.ts'

/** What each class of data is, and how it is kept. */
export const CLASSES = {
  sealed: {
    is: 'identity numbers, notices, files and papers as they came, drafts, protected addresses',
    kept: 'AES-256-GCM with the row bound in, keys outside the database',
    seen: 'as the household’s data; opened in memory for who may see the row',
    log: 'every read in the audit log; never the value',
  },
  household: {
    is: 'what concerns a household: names, addresses, debts, dates, children, needs, visits, notes',
    kept: 'forced row-level security for each committee; sealed backups',
    seen: 'who works the case, by role, unit, assignment and protection; others by consent or provision',
    log: 'every read and list in the audit log by id; never in queue, log, mail, address or metric',
  },
  search: {
    is: 'keyed hashes by which a household is recognised',
    kept: 'HMAC-SHA-256 under an index key outside the database, apart for each committee',
    seen: 'nobody: compared in the database',
    log: 'that a search was made and how much it found, never for what',
  },
  sender: {
    is: 'landlords, systems and what they sent files with',
    kept: 'no secrecy of social services; files are sealed',
    seen: 'the sender, registrars, administrators',
    log: 'changes, with who made them',
  },
  colleague: {
    is: 'who works here and acts for landlords: name, work e-mail, role, absence',
    kept: 'no password; links and codes as hashes, home addresses as salted hashes',
    seen: 'colleagues by name; administrators whole',
    log: 'changes, with who made them',
  },
  trail: {
    is: 'who saw and did what, and proof of erasure',
    kept: 'chained by SHA-256, rights to add only; ids, no names',
    seen: 'log reviewers of the own committee; the person as an excerpt',
    log: 'is the log',
  },
  secret: {
    is: 'sign-ins',
    kept: 'the cookie’s hash only; no token of the provider',
    seen: 'the person; an administrator may end them',
    log: 'signing in and out, with way and level',
  },
  rules: {
    is: 'the municipality’s tables and settings',
    kept: 'versions that nobody can change',
    seen: 'staff; administrators change them, two together',
    log: 'who drafted, reviewed and published',
  },
  machinery: {
    is: 'work, mail and processes by id and count',
    kept: 'no name, address or number in any column',
    seen: 'the processes, each by a role of its own',
    log: 'none needed',
  },
} as const

export type DataClass = keyof typeof CLASSES

/** When each table’s rows go. */
export const ENDS = {
  case: 'with the case',
  rule: 'by a rule of its own',
  nightly: 'each night, when the committee sends its list anew',
  session: 'after 30 idle minutes, 8 hours at most, or by signing out',
  view: 'with the tables that it looks at',
  kept: 'not by time: it identifies no tenant',
} as const

export type Kept = { table: string; class: string; ends: string; what: string }

/** The sheet’s rows. Throws when it cannot be read. */
export function readKept(): Kept[] {
  const sheet = readTable(readFileSync('docs/data.csv', 'utf8'))
  if ('brokenAtRow' in sheet) throw new Error(`docs/data.csv cannot be read at row ${sheet.brokenAtRow}`)
  return sheet.rows.slice(1).map(({ cells: [table = '', kind = '', ends = '', what = ''] }) => {
    return { table, class: kind, ends, what }
  })
}

/** The class of one column: sealed or hashed where the rotation of keys says so, else its table’s. */
export function classOf(table: string, column: string, rows: readonly Kept[]): string | undefined {
  const among = (list: readonly (readonly [string, string])[]) =>
    list.some(([name, one]) => name === table && one === column)
  if (among(SEALED)) return 'sealed'
  return among(HASHES) ? 'search' : rows.find((row) => row.table === table)?.class
}

/** Every table of the schema with its columns, as the database names them. */
export function tablesOfSchema(): Map<string, string[]> {
  const text = readFileSync('shared/db/schema.ts', 'utf8')
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const bodyOf = (name: string) =>
    new RegExp(`export interface ${name} \\{([^]*?)\\n\\}`).exec(text)?.[1] ?? ''
  return new Map(
    [...bodyOf('DB').matchAll(/^\s+(\w+): (\w+);?$/gm)].map(([, table = '', shape = '']) => [
      snake(table),
      [...bodyOf(shape).matchAll(/^\s+(\w+):/gm)].map(([, column = '']) => snake(column)),
    ]),
  )
}

function classTables(rows: readonly Kept[]): string[] {
  const sealed = SEALED.map(([table, column]) => `\`${table}.${column}\``).join(', ')
  const hashed = HASHES.map(([table, column]) => `\`${table}.${column}\``).join(', ')
  return [
    '### Classes of data, and how each is kept',
    '',
    '| class | what | at rest | who sees it | in logs |',
    '|---|---|---|---|---|',
    ...Object.entries(CLASSES).map(
      ([name, { is, kept, seen, log }]) => `| **${name}** | ${is} | ${kept} | ${seen} | ${log} |`,
    ),
    '',
    `Sealed columns: ${sealed}. Keyed hashes: ${hashed}.`,
    '',
    '### Every table',
    '',
    '| table | class | what | goes |',
    '|---|---|---|---|',
    ...rows.map(
      (row) => `| \`${row.table}\` | ${row.class} | ${row.what} | ${ENDS[row.ends as keyof typeof ENDS]} |`,
    ),
  ]
}

function roleTable(): string[] {
  const roles = [...new Set(Object.values(PERMISSIONS).flatMap(({ roles }) => [...roles]))].toSorted()
  const deeds = (role: string) =>
    Object.entries(PERMISSIONS).flatMap(([deed, rule]) =>
      (rule.roles as readonly string[]).includes(role) ? [deed] : [],
    )
  return [
    '### What each role may do at all',
    '',
    'Which rows it then sees is decided by the database. From `services/access.ts`.',
    '',
    '| role | may |',
    '|---|---|',
    ...roles.map((role) => `| ${role} | ${deeds(role).join(', ')} |`),
  ]
}

function retentionTable(): string[] {
  const sheet = readTable(readFileSync('config/law/retention.csv', 'utf8'))
  const rows = 'rows' in sheet ? sheet.rows.slice(1) : []
  return [
    '### How long it is kept',
    '',
    'From `config/law/retention.csv`; a municipality’s own `retention.csv` may change what is the municipality’s.',
    '',
    '| rule | value | decided by | source | meaning |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ cells: [rule = '', value = '', by = '', source = '', , , meaning = ''] }) =>
        `| \`${rule}\` | ${value} | ${by} | ${source} | ${meaning} |`,
    ),
  ]
}

const [BEGIN, END] = ['<!-- generated by test/support/dpia-page.ts -->', '<!-- end of what is generated -->']

/** The whole page: what people wrote, with the generated part made anew. */
export function dpiaPage(page: string, rows: readonly Kept[]): string {
  const [before = '', rest = ''] = page.split(BEGIN)
  const [, after = ''] = rest.split(END)
  const made = [BEGIN, '', ...classTables(rows), '', ...roleTable(), '', ...retentionTable(), '', END].join(
    '\n',
  )
  return `${before}${made}${after}`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync('docs/dpia.md', dpiaPage(readFileSync('docs/dpia.md', 'utf8'), readKept()))
