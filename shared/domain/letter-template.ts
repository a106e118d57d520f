// Letters as templates: read from text files, held against the list of what a letter may say of a case, and filled.

/** `sv-easy` is easy Swedish (lättläst): short sentences, one thought each. */
export const LETTER_LANGUAGES = ['sv', 'sv-easy', 'en'] as const
export type LetterLanguage = (typeof LETTER_LANGUAGES)[number]

export const LETTER_RECIPIENTS = ['tenant', 'landlord', 'enforcement'] as const
export type LetterRecipient = (typeof LETTER_RECIPIENTS)[number]

/** All that a template may name. What the case does not know is asked of the person who makes the letter. */
export const LETTER_VARIABLES = [
  'municipality',
  'committee',
  'unit',
  'caseworker',
  'caseNumber',
  'today',
  'name',
  'address',
  'landlord',
  'dwelling',
  'debt',
  'lastDay',
  'enforcementNumber',
  'receivedAt',
  'evictionAt',
  'confirmation',
  'phone',
  'visitDay',
  'visitTime',
  'place',
  'periods',
  'undertaken',
  'decidedOn',
] as const
export type LetterVariable = (typeof LETTER_VARIABLES)[number]

/** What must stand in the case before a letter may be made: a granted undertaking, or a set time of eviction. */
export const LETTER_NEEDS = ['undertaking', 'eviction'] as const
export type LetterNeed = (typeof LETTER_NEEDS)[number]

/** A letter's text in one language, before it belongs to a version. */
export type LetterText = {
  id: string
  language: LetterLanguage
  recipient: LetterRecipient
  needs: LetterNeed | null
  /** The paragraph that asks for this letter; then who gets it and what it must name are not the municipality's to change. */
  law: string | null
  /** What the text must name because the law asks for it. */
  must: LetterVariable[]
  name: string
  subject: string
  body: string
  /** Each variable once, in the order it is first named. */
  variables: LetterVariable[]
}

/** A text as it is in force: `version` is the letters' version, which each letter made with it goes on naming. */
export type LetterTemplate = LetterText & { version: number }

export type LetterValues = Partial<Record<LetterVariable, string>>

/** Whether the text is one of these words. */
export const isOneOf = <T extends string>(all: readonly T[], text: string): text is T =>
  all.some((one) => one === text)

/** What a text names in braces, each once, known or not. */
export const namedIn = (text: string): string[] => [
  ...new Set([...text.matchAll(VARIABLE)].map(([, name = '']) => name)),
]

/** Whether a brace belongs to no name: `{name` or `{my name}`. */
export const hasLooseBrace = (text: string): boolean => /[{}]/.test(text.replaceAll(VARIABLE, ''))

const VARIABLE = /\{([^{}\s]*)\}/g
const NEEDED_FIELDS = ['recipient', 'name', 'subject']
const KNOWN_FIELDS = new Set([...NEEDED_FIELDS, 'needs', 'law', 'must'])

/**
 * Reads template files by name (`first-contact.sv.txt`). Nothing half right is used: each fault is named with its file,
 * for the process to refuse to start with.
 */
export function readLetterTemplates(files: ReadonlyMap<string, string>): {
  templates: LetterText[]
  problems: string[]
} {
  const problems: string[] = []
  const templates: LetterText[] = []
  for (const [file, text] of [...files].toSorted(([one], [other]) => one.localeCompare(other))) {
    const read = readTemplate(file, text)
    if ('template' in read) templates.push(read.template)
    else problems.push(...read.problems.map((problem) => `${file}: ${problem}`))
  }
  const ids = new Set(templates.map(({ id }) => id))
  for (const id of ids) {
    const all = templates.filter((one) => one.id === id)
    if (!all.some(({ language }) => language === 'sv'))
      problems.push(`${id}: there is no Swedish text (${id}.sv.txt)`)
    if (new Set(all.map(({ recipient }) => recipient)).size > 1)
      problems.push(`${id}: its languages have different recipients`)
  }
  return { templates: problems.length > 0 ? [] : templates, problems }
}

type Written = { id: string; language: string; fields: Map<string, string>; body: string; named: string[] }

function written(file: string, text: string): Written {
  const [, id = '', language = ''] = /^([a-z][a-z-]*)\.([a-z-]+)\.txt$/.exec(file) ?? []
  const [head = '', ...rest] = text.replaceAll('\r\n', '\n').split('\n---\n')
  const fields = new Map(
    head.split('\n').flatMap((line) => {
      const [, field, value] = /^(\w+):\s*(.+?)\s*$/.exec(line) ?? []
      return field && value ? [[field, value] as const] : []
    }),
  )
  const body = rest.join('\n---\n').trim()
  const all = `${fields.get('subject') ?? ''}\n${body}`
  return {
    id,
    language,
    fields,
    body,
    named: namedIn(all),
  }
}

function readTemplate(file: string, text: string): { template: LetterText } | { problems: string[] } {
  const read = written(file, text)
  const { id, language, fields, body } = read
  const [recipient, needs] = [fields.get('recipient') ?? '', fields.get('needs') ?? '']
  const problems = faultsIn(read)
  if (problems.length > 0 || !isOneOf(LETTER_LANGUAGES, language) || !isOneOf(LETTER_RECIPIENTS, recipient))
    return { problems }
  return {
    template: {
      id,
      language,
      recipient,
      needs: isOneOf(LETTER_NEEDS, needs) ? needs : null,
      law: fields.get('law') ?? null,
      must: mustOf(fields).filter((name) => isOneOf(LETTER_VARIABLES, name)),
      name: fields.get('name') ?? '',
      subject: fields.get('subject') ?? '',
      body,
      variables: read.named.filter((name) => isOneOf(LETTER_VARIABLES, name)),
    },
  }
}

const mustOf = (fields: ReadonlyMap<string, string>): string[] =>
  (fields.get('must') ?? '').split(',').flatMap((name) => name.trim() || [])

function faultsIn({ id, language, fields, body, named }: Written): string[] {
  const subject = fields.get('subject') ?? ''
  const among = (all: readonly string[], field: string): string[] =>
    all.includes(fields.get(field) ?? '') ? [] : [`${field} must be one of ${all.join(', ')}`]
  return [
    ...(id === '' ? ['the name is not <letter>.<language>.txt'] : []),
    ...(isOneOf(LETTER_LANGUAGES, language)
      ? []
      : [`language must be one of ${LETTER_LANGUAGES.join(', ')}`]),
    ...NEEDED_FIELDS.filter((field) => !fields.has(field)).map(
      (field) => `the line "${field}: …" is missing`,
    ),
    ...[...fields.keys()].filter((one) => !KNOWN_FIELDS.has(one)).map((one) => `unknown line "${one}"`),
    ...among(LETTER_RECIPIENTS, 'recipient'),
    ...(fields.has('needs') ? among(LETTER_NEEDS, 'needs') : []),
    ...(body === '' ? ['there is no text below the line "---"'] : []),
    ...named.filter((one) => !isOneOf(LETTER_VARIABLES, one)).map((one) => `unknown variable {${one}}`),
    ...(hasLooseBrace(`${subject}${body}`) ? ['a brace stands alone'] : []),
    ...mustOf(fields)
      .filter((one) => !named.includes(one))
      .map((one) => `{${one}} must be named`),
  ]
}

/** The letter in words; a variable without a value stays visible as `{name}`, so that nobody sends a hole unseen. */
export function fillLetter(
  { subject, body }: Pick<LetterTemplate, 'subject' | 'body'>,
  values: LetterValues,
): { subject: string; body: string } {
  const fill = (text: string): string =>
    text.replaceAll(VARIABLE, (whole, name: string) =>
      isOneOf(LETTER_VARIABLES, name) ? (values[name] ?? whole) : whole,
    )
  return { subject: fill(subject), body: fill(body) }
}

/** What a template needs and `values` lack. */
export function lackingIn(
  { variables }: Pick<LetterTemplate, 'variables'>,
  values: LetterValues,
): LetterVariable[] {
  return variables.filter((name) => (values[name] ?? '').trim() === '')
}

export type LetterBlock =
  { kind: 'heading'; text: string } | { kind: 'paragraph'; text: string } | { kind: 'list'; items: string[] }

/** A letter's body in its parts: `# ` begins a heading, `- ` a list's line, a blank line ends a paragraph. */
export function letterBlocks(body: string): LetterBlock[] {
  return body
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): LetterBlock => {
      const lines = part.split('\n')
      if (lines.every((line) => line.startsWith('- ')))
        return { kind: 'list', items: lines.map((line) => line.slice(2)) }
      if (lines.length === 1 && part.startsWith('# ')) return { kind: 'heading', text: part.slice(2) }
      return { kind: 'paragraph', text: part }
    })
}
