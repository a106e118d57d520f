// What a routing rule may be asked about a case: every input, its words, its unit, and which rows may read it.

/** One committee where the person is already a client, as its nightly register answered (SoL 15:8: yes or no). */
export type ClientAt = { committee: string; unit: string | null; caseworker: string | null }

/** Everything a routing rule can be asked. `null` is "not known"; a rule matches it only by saying `okänd`. */
export type RoutingFacts = {
  noticeType: string
  stage: string
  /** Whole days to the nearest running date that can cost the home (recovery period or eviction); null: none runs. */
  daysLeft: number | null
  /** Whole days to the eviction date; null: no date is set. */
  daysToEviction: number | null
  monthsUnpaid: number | null
  /** Debt in öre. */
  amount: number | null
  landlord: { organisationNumber: string | null; name: string }
  landlordKind: string
  postalCode: string | null
  /** Whole years, from the identity number; null: no number was given. */
  age: number | null
  childrenInHousehold: 'yes' | 'no' | 'unknown'
  repeatWithin12Months: boolean
  contactState: string
  contactAttempts: number
  tenancyKind: string
  clientOf: readonly ClientAt[]
  outOfHours: boolean
  protectedIdentity: boolean
  violence: boolean
  needs: readonly string[]
}

export type InputName = keyof RoutingFacts
export type Words = { sv: string; en: string }

/** A value a cell may hold: the code in the data, the word an officer writes. */
export type Choice = { code: string; word: string; en: string }

/** Which rows may read an input. Protection is read by GATE rows only, so that no other row's reason betrays it. */
export type Readable = 'all' | 'gate'

export type Input = {
  name: InputName
  /** Heading in the CSV file. */
  column: string
  kind: 'choice' | 'yes-no' | 'number' | 'money' | 'postal' | 'landlord' | 'clients' | 'flags'
  choices: readonly Choice[]
  mayRead: Readable
  label: Words
}

const choice = (code: string, word: string, en: string): Choice => ({ code, word, en })

export const NOTICE_TYPES: readonly Choice[] = [
  choice('early-arrears', 'tidig skuld', 'early arrears'),
  choice('rent-termination', 'uppsägning hyra', 'termination for unpaid rent'),
  choice('nuisance-warning', 'störning varning', 'nuisance warning'),
  choice('nuisance-termination', 'störning uppsägning', 'termination for nuisance'),
  choice('cooperative-fee-termination', 'uppsägning avgift', 'termination for unpaid cooperative fee'),
  choice('cooperative-nuisance', 'störning bostadsrätt', 'nuisance in a cooperative flat'),
  choice('power-cutoff', 'elavstängning', 'power cut-off'),
  choice('eviction', 'avhysning', 'eviction notice from the enforcement authority'),
  choice('other', 'annan', 'other signal'),
]

export const STAGES: readonly Choice[] = [
  choice('early', 'tidig', 'early signal'),
  choice('warned', 'varnad', 'warned'),
  choice('terminated', 'uppsagd', 'tenancy terminated'),
  choice('applied', 'ansökt', 'eviction applied for'),
  choice('ordered', 'utslag', 'eviction ordered'),
  choice('date-set', 'datum satt', 'eviction date set'),
  choice('stayed', 'inställd', 'cancelled or postponed'),
  choice('executed', 'verkställd', 'eviction executed'),
]

export const LANDLORD_KINDS: readonly Choice[] = [
  choice('public', 'allmännytta', 'municipal housing company'),
  choice('private', 'privat', 'private landlord'),
  choice('cooperative', 'bostadsrättsförening', 'housing cooperative'),
  choice('collection', 'inkassobolag', 'debt collection company'),
  choice('unknown', 'okänd', 'unknown'),
]

export const CHILDREN: readonly Choice[] = [
  choice('yes', 'ja', 'yes'),
  choice('no', 'nej', 'no'),
  choice('unknown', 'okänt', 'not known'),
]

export const CONTACT_STATES: readonly Choice[] = [
  choice('not-tried', 'ej försökt', 'not tried'),
  choice('trying', 'pågår', 'being tried'),
  choice('reached', 'nådd', 'reached'),
  choice('declined', 'tackat nej', 'reached, declined'),
  choice('not-reached', 'ej nådd', 'not reached'),
]

export const TENANCY_KINDS: readonly Choice[] = [
  choice('first-hand', 'förstahand', 'first-hand contract'),
  choice('sublet', 'andrahand', 'sublet'),
  choice('municipal-sublet', 'kommunal andrahand', 'sublet from the municipality'),
  choice('trial', 'träningslägenhet', 'trial or training flat'),
  choice('transit', 'genomgångsbostad', 'transit housing for newly arrived'),
  choice('cooperative', 'bostadsrätt', 'cooperative flat'),
  choice('unknown', 'okänd', 'unknown'),
]

/** What a person has recorded about the household. Never guessed from the notice. */
export const NEEDS: readonly Choice[] = [
  choice('lss', 'lss', 'covered by LSS'),
  choice('psychosocial', 'psykisk funktionsnedsättning', 'psychosocial disability'),
  choice('mental-health', 'psykisk ohälsa', 'mental ill health'),
  choice('care', 'vårdbehov', 'need due to age, illness or physical impairment'),
  choice('addiction', 'missbruk', 'substance use'),
  choice('child-matter', 'barn och unga', 'child and youth matter'),
  choice('crime-victim', 'brottsoffer', 'victim of crime'),
  choice('perpetrator', 'våldsutövare', 'uses violence'),
  choice('neglect', 'vanvård', 'neglected or insanitary dwelling'),
  choice('debt-and-nuisance', 'skuld och störning', 'both debt and nuisance'),
  choice('homeless', 'hemlös', 'homeless'),
  choice('long-term-homeless', 'långvarigt hemlös', 'long-term homeless'),
  choice('homeless-tonight', 'utan tak i natt', 'no roof tonight'),
  choice('outdoors', 'vistas utomhus', 'stays outdoors'),
  choice('motivation', 'motiverande arbete', 'needs motivational work'),
  choice('newly-arrived', 'nyanländ', 'newly arrived'),
  choice('acute-housing', 'akutboende beviljat', 'acute housing granted'),
  choice('municipality-pays', 'kommunen betalar hyran', 'the municipality pays the rent'),
]

/** Words for "already a client": how many committees. Any other word is a committee code or `committee/unit`. */
export const CLIENT_COUNTS: readonly Choice[] = [
  choice('none', 'ingen', 'no committee'),
  choice('any', 'någon', 'at least one committee'),
  choice('one', 'en', 'exactly one committee'),
  choice('many', 'flera', 'two committees or more'),
]

type Row = [InputName, string, Input['kind'], readonly Choice[], Readable, string, string]

const DECLARED: readonly Row[] = [
  ['noticeType', 'anmalan', 'choice', NOTICE_TYPES, 'all', 'Typ av anmälan', 'Notice type'],
  ['stage', 'skede', 'choice', STAGES, 'all', 'Skede', 'Stage'],
  ['daysLeft', 'dagar_kvar', 'number', [], 'all', 'Dagar kvar till frist', 'Days left'],
  ['daysToEviction', 'dagar_till_avhysning', 'number', [], 'all', 'Dagar till avhysning', 'Days to eviction'],
  ['monthsUnpaid', 'manader_obetalda', 'number', [], 'all', 'Obetalda månader', 'Months unpaid'],
  ['amount', 'belopp_kr', 'money', [], 'all', 'Skuld i kronor', 'Debt in SEK'],
  ['landlord', 'hyresvard', 'landlord', [], 'all', 'Hyresvärd', 'Landlord'],
  ['landlordKind', 'hyresvardstyp', 'choice', LANDLORD_KINDS, 'all', 'Typ av hyresvärd', 'Landlord kind'],
  ['postalCode', 'postnr', 'postal', [], 'all', 'Postnummer', 'Postal code'],
  ['age', 'alder', 'number', [], 'all', 'Ålder', 'Age'],
  ['childrenInHousehold', 'barn', 'choice', CHILDREN, 'all', 'Barn i hushållet', 'Children in the household'],
  [
    'repeatWithin12Months',
    'upprepad',
    'yes-no',
    [],
    'all',
    'Ny anmälan inom tolv månader',
    'Repeat within 12 months',
  ],
  ['contactState', 'kontakt', 'choice', CONTACT_STATES, 'all', 'Kontakt', 'Contact'],
  ['contactAttempts', 'kontaktforsok', 'number', [], 'all', 'Kontaktförsök', 'Contact attempts'],
  ['tenancyKind', 'boendeform', 'choice', TENANCY_KINDS, 'all', 'Boendeform', 'Tenancy kind'],
  ['clientOf', 'aktuell_hos', 'clients', CLIENT_COUNTS, 'all', 'Redan aktuell hos', 'Already a client of'],
  ['outOfHours', 'utanfor_kontorstid', 'yes-no', [], 'all', 'Utanför kontorstid', 'Out of office hours'],
  ['protectedIdentity', 'skyddad', 'yes-no', [], 'gate', 'Skyddade personuppgifter', 'Protected identity'],
  ['violence', 'vald', 'yes-no', [], 'gate', 'Våld eller hot', 'Violence'],
  ['needs', 'behov', 'flags', NEEDS, 'all', 'Noterade behov', 'Recorded needs'],
]

/** Every input a rule can name, in the order of the file's columns. */
export const INPUTS: readonly Input[] = DECLARED.map(([name, column, kind, choices, mayRead, sv, en]) => ({
  name,
  column,
  kind,
  choices,
  mayRead,
  label: { sv, en },
}))

/**
 * Fields that exist in a case and that no rule may read: who the person is or where they hide must never decide
 * which committee answers (OSL 21:3, 26:1; likabehandling RF 1:9), and free text is not a fact.
 */
export const FORBIDDEN_COLUMNS: readonly string[] = [
  'personnummer',
  'namn',
  'kon',
  'kön',
  'medborgarskap',
  'fodelseland',
  'födelseland',
  'sprak',
  'språk',
  'religion',
  'halsa',
  'hälsa',
  'diagnos',
  'adress',
  'skyddad_adress',
  'telefon',
  'epost',
  'fritext',
  'anteckning',
]
