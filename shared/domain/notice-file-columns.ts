// The columns of a landlord's file: the template's names, the names that mean the same, and how a header is mapped.

/**
 * The columns that every sender's file has had from the first: in this order, and none of them may be lost to a spelling.
 * `perRent` columns may differ between the rows of one notice, the others may not.
 */
const FIRST = {
  typ: { at: '/type', perRent: false, aliases: ['meddelandetyp', 'arendetyp', 'type'] },
  egen_referens: { at: '/reference', perRent: false, aliases: ['referens', 'avsandare_ref', 'er_referens'] },
  hyresvard: { at: '/landlord/name', perRent: false, aliases: ['hyresvard_namn', 'hyresvardens_namn'] },
  hyresgast_namn: { at: '/tenant/name', perRent: false, aliases: ['hyresgast', 'innehavare_namn'] },
  hyresgast_personnummer: {
    at: '/tenant/personalIdentityNumber',
    perRent: false,
    aliases: ['personnummer', 'personnr', 'innehavare_pnr', 'hyresgast_pnr'],
  },
  adress: { at: '/dwelling/address', perRent: false, aliases: ['gatuadress', 'hyresgast_adress'] },
  postnr: { at: '/dwelling/postalCode', perRent: false, aliases: ['postnummer'] },
  ort: { at: '/dwelling/city', perRent: false, aliases: ['postort'] },
  lagenhetsnr: {
    at: '/dwelling/apartmentNumber',
    perRent: false,
    aliases: ['lagenhetsnummer', 'lgh_nr', 'lgh'],
  },
  antal_rum: { at: '/dwelling/rooms', perRent: false, aliases: ['rum', 'storlek_rok'] },
  period: { at: '/period', perRent: true, aliases: ['hyresperiod', 'hyra_manad'] },
  forfallodag: { at: '/dueDate', perRent: true, aliases: ['forfallodatum', 'forfaller'] },
  belopp: { at: '/amount', perRent: true, aliases: ['hyra', 'hyresbelopp'] },
  betalt: { at: '/paid', perRent: true, aliases: ['betalt_belopp', 'inbetalt'] },
  ranta: { at: '/interest', perRent: false, aliases: ['drojsmalsranta'] },
  att_betala_totalt: { at: '/amountToRecover', perRent: false, aliases: ['belopp_atervinna', 'att_betala'] },
  bankgiro: { at: '/payment/bankgiro', perRent: false, aliases: ['bg', 'bankgironr', 'bankgironummer'] },
  ocr: { at: '/payment/ocr', perRent: false, aliases: ['ocr_nummer', 'ocr_nr'] },
  meddelandedatum: { at: '/noticeDate', perRent: false, aliases: ['meddelande_datum'] },
  uppsagd_datum: { at: '/terminatedDate', perRent: false, aliases: ['uppsagningsdatum', 'uppsagd'] },
  avsant_datum: { at: '/dispatchedDate', perRent: false, aliases: ['skickat_datum', 'avsandningsdatum'] },
  avsandningssatt: { at: '/dispatchMethod', perRent: false, aliases: ['skickat_med'] },
  delgiven_datum: { at: '/servedDate', perRent: false, aliases: ['delgivning_datum', 'delgivningsdatum'] },
  kfm_malnr: {
    at: '/enforcementCaseNumber',
    perRent: false,
    aliases: ['malnr', 'malnummer', 'kfm_malnummer'],
  },
} as const

/** What a form may ask for besides (decision 56). They come after the first ones and may be left out. */
const BESIDES = {
  hyresvard_adress: {
    at: '/landlord/postalAddress',
    perRent: false,
    aliases: ['hyresvardens_adress', 'hyresvard_postadress', 'hyresvardens_postadress'],
  },
  hyresvard_telefon: {
    at: '/landlord/phone',
    perRent: false,
    aliases: ['hyresvardens_telefon', 'hyresvard_tel', 'hyresvardens_telefonnummer'],
  },
  plusgiro: { at: '/payment/plusgiro', perRent: false, aliases: ['pg', 'plusgironr', 'plusgironummer'] },
  betalning_annat: {
    at: '/payment/other',
    perRent: false,
    aliases: ['annan_betalning', 'bankkonto', 'kontonummer'],
  },
  beskrivning: { at: '/description', perRent: false, aliases: ['storning', 'beskrivning_av_storning'] },
  samtycke_datum: {
    at: '/tenantConsentOn',
    perRent: false,
    aliases: ['samtyckesdatum', 'hyresgastens_samtycke_datum'],
  },
} as const

/** The template, in its order. */
export const COLUMNS = { ...FIRST, ...BESIDES } as const

export type Column = keyof typeof COLUMNS

/** Whether this is a column of the template. */
export const isColumn = (name: string): name is Column => Object.hasOwn(COLUMNS, name)

/** The columns in the order of the template. */
export const COLUMN_NAMES: readonly Column[] = Object.keys(COLUMNS).filter(isColumn)

const FIRST_NAMES: readonly Column[] = Object.keys(FIRST).filter(isColumn)

/** The columns that hold a day. */
export const DATE_COLUMNS: ReadonlySet<Column> = new Set<Column>([
  'forfallodag',
  'meddelandedatum',
  'uppsagd_datum',
  'avsant_datum',
  'delgiven_datum',
  'samtycke_datum',
])

/** Without these no row can be tied to anybody. */
export const NEEDED_COLUMNS = ['typ', 'hyresvard', 'hyresgast_namn', 'adress'] as const

/** Columns that our own file of rejected rows puts first; they are passed over when it comes back mended. */
export const REASON_COLUMNS = ['avvisad_rad', 'avvisad_kolumn', 'avvisad_orsak', 'avvisad_atgard'] as const

/** Whether a heading is one of {@link REASON_COLUMNS}. */
export function isReason(heading: string): boolean {
  return REASON_COLUMNS.some((name) => name === plain(heading))
}

/** What a sender has said about its own header: its name for a column, or null for a column to pass over. */
export type Mapping = Readonly<Record<string, Column | null>>

/** Why a header cannot be used: nothing is read on a guess, because a lost column is a lost due date. */
export type HeaderFault =
  | { code: 'header_missing'; column: null }
  | { code: 'column_missing' | 'column_twice'; column: Column }
  | { code: 'column_unknown'; column: Column; heading: number }

/** Which cell of a row holds which column, and the places of headings that are nobody's and passed over. */
export type Header = {
  places: Map<Column, number>
  width: number
  ignored: { place: number; heading: string }[]
}

/** Maps the header row, by the sender's own mapping first, then by name and alias. */
export function readHeader(cells: readonly string[], mapping: Mapping = {}): Header | HeaderFault {
  const headings = withoutEmptyTail(cells)
  const header: Header = { places: new Map(), width: headings.length, ignored: [] }
  const own = new Map(Object.entries(mapping).map(([heading, column]) => [plain(heading), column]))
  for (const [place, heading] of headings.entries()) {
    const told = own.get(plain(heading))
    const column = told === undefined ? columnNamed(heading) : told
    if (isReason(heading)) continue
    if (column === null) header.ignored.push({ place, heading: heading.trim() })
    else if (header.places.has(column)) return { code: 'column_twice', column }
    else header.places.set(column, place)
  }
  return faultOf(header, own) ?? header
}

function faultOf(header: Header, own: ReadonlyMap<string, Column | null>): HeaderFault | null {
  if (header.places.size === 0) return { code: 'header_missing', column: null }
  // A heading of the sender's own that resembles a column of the later ones held no file before there were any.
  const missing = FIRST_NAMES.filter((column) => !header.places.has(column))
  for (const { place, heading: written } of header.ignored) {
    const heading = plain(written)
    const meant = own.has(heading) ? undefined : missing.find((column) => resembles(heading, column))
    if (meant) return { code: 'column_unknown', column: meant, heading: place }
  }
  const needed = NEEDED_COLUMNS.find((column) => !header.places.has(column))
  return needed ? { code: 'column_missing', column: needed } : null
}

/** The column that a heading names, by the template's name or one that means the same. */
export function columnNamed(written: string): Column | null {
  const heading = plain(written)
  if (isColumn(heading)) return heading
  const meant = COLUMN_NAMES.find((column) => COLUMNS[column].aliases.some((alias) => alias === heading))
  return meant ?? null
}

/** The column that a heading probably means, for a person to confirm; never read on that guess. */
export function columnMeant(written: string): Column | null {
  const named = columnNamed(written)
  return named ?? COLUMN_NAMES.find((column) => resembles(plain(written), column)) ?? null
}

/** A heading that holds the column's name or most of it (`belopp_kr`, `forfallodagen`) probably means it. */
function resembles(heading: string, column: Column): boolean {
  const names = [column, ...COLUMNS[column].aliases].filter((name) => name.length >= 4)
  return heading.length >= 4 && names.some((name) => heading.includes(name) || name.includes(heading))
}

/** A heading as the template writes it: lower case, å ä ö as a a o, words joined by underscores. */
export function plain(heading: string): string {
  return heading
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

/** The cells up to the last that holds something: many programs end every row with a separator or several. */
export function withoutEmptyTail(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1)
}
