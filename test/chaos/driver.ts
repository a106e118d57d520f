// Drives the service as landlords, Kronofogden and staff would: a seeded stream of what happens to households.
import { noticeNumber } from '../bench/notices.ts'
import { chanceOf, type Chance } from './chance.ts'
import { openSender, type Clients, type Request, type Told } from './sender.ts'
import { openStaff, type People } from './staff.ts'

const names = ['Kanariefågel', 'Gulsiska', 'Sångtrast', 'Näktergal']
// Official test identity numbers: canaries that must not be found where personal data does not belong.
const numbers = [
  '19540326-9805',
  '19590120-9816',
  '19611128-9812',
  '19650502-9816',
  '19701008-9816',
  '19721104-9809',
]

/** Texts that may stand in the database only: names and identity numbers of the people we invent. */
export const canaries = [
  ...names,
  ...numbers.flatMap((number) => [number, number.replace('-', ''), number.slice(2)]),
]

const kronofogdenCase = (household: number) => `U-${70_000 + household}-26/1880`

function noticeOf(household: number, variant: number) {
  const body = noticeNumber(household)
  const number = numbers[household]
  const name = `${names[household % names.length]} Efternamn${household}`
  const tenant = { ...body.tenant, name, ...(number && { personalIdentityNumber: number }) }
  return { ...body, reference: `C-${household}-${variant}`, tenant, interest: variant }
}

function evictionOf(household: number, event: string) {
  const { tenant, dwelling, landlord } = noticeOf(household, 0)
  const respondent = {
    name: tenant.name,
    address: `${dwelling.address} lgh ${dwelling.apartmentNumber}`,
    postalCode: dwelling.postalCode,
    city: dwelling.city,
  }
  const dated = event === 'date-set' ? { evictionAt: '2027-01-20T09:00' } : {}
  return {
    event,
    caseNumber: kronofogdenCase(household),
    occurredOn: '2026-11-20',
    respondent,
    applicant: { name: landlord.name },
    childrenInHousehold: household % 2 ? 'yes' : 'unknown',
    ...dated,
  }
}

const headings =
  'typ;egen_referens;hyresvard;hyresgast_namn;adress;postnr;ort;lagenhetsnr;period;forfallodag;belopp;att_betala_totalt;bankgiro;meddelandedatum;uppsagd_datum;avsant_datum;avsandningssatt'

/** A month's file of a large landlord, one row for each household; one of them with a date that is none. */
function fileOf(households: readonly number[]): string {
  const rows = households.map((household, place) => {
    const { type, landlord, tenant, dwelling, rents, amountToRecover } = noticeOf(household, 0)
    const rent = rents?.[0]
    const due = place === 3 ? '2026-13-40' : (rent?.dueDate ?? '')
    const where = [dwelling.address, dwelling.postalCode, dwelling.city, dwelling.apartmentNumber]
    const owed = [rent?.period, due, rent?.amount, amountToRecover, '5050-1055']
    const sent = ['2026-11-18', '2026-11-18', '2026-11-18', 'registered-letter']
    return [type, `F-${household}`, landlord.name, tenant.name, ...where, ...owed, ...sent].join(';')
  })
  return [headings, ...rows].join('\n')
}

/** Opens a driver; `happen` lets one thing happen, `file` a month's file arrive, `finish` waits for what is on its way. */
export function openDriver(to: {
  baseUrl: string
  tokenUrl: string
  clients: Clients
  seed: number
  people: People
}) {
  const sender = openSender(to)
  const { ledger } = sender
  const chance = chanceOf(to.seed)
  const underWay = new Set<Promise<unknown>>()
  const state = { households: 0, keys: 0 }
  const key = () => `chaos-${to.seed}-${(state.keys += 1)}`
  const staff = openStaff(sender, key, to.people)
  const notices: Told[] = []

  const begin = (deed: Promise<unknown>) => {
    const done = deed.finally(() => underWay.delete(done))
    underWay.add(done)
  }
  const start = (request: Request) =>
    begin(
      sender.send(request).then((id) => {
        const told = ledger.told.get(request.key)
        if (id !== undefined && told && request.kind === 'notice') notices.push(told)
        return id
      }),
    )
  const notice = (household: number, variant: number): Request => ({
    client: 'landlord',
    kind: 'notice',
    path: '/v1/notices',
    key: key(),
    household,
    body: noticeOf(household, variant),
  })

  /** One thing that happens to somebody, as the seed will have it. */
  function happen(): void {
    const dice = chance.next()
    const earlier = notices.length > 0 ? chance.pick(notices) : undefined
    if (!earlier || dice < 0.4) newHousehold(chance, state.households++)
    else if (dice < 0.46)
      start(notice(earlier.household, 0)) // the same again under a new key
    else if (dice < 0.56) update(chance, earlier)
    else if (dice < 0.9) begin(staff.act(chance))
    else eviction(chance, earlier)
  }

  function newHousehold(chance: Chance, household: number): void {
    const first = notice(household, 0)
    start(first)
    const dice = chance.next()
    if (dice < 0.2)
      start(notice(household, 1)) // two about one household at once
    else if (dice < 0.4) start(first) // the same key twice at once
  }

  function eviction(chance: Chance, { household }: Told): void {
    const courses = [['application'], ['application', 'order'], ['date-set'], ['date-set', 'date-set']]
    for (const event of chance.pick(courses)) {
      const about = { client: 'kronofogden' as const, kind: 'eviction' as const, household }
      start({ ...about, path: '/v1/eviction-notices', key: key(), body: evictionOf(household, event) })
    }
  }

  function update(chance: Chance, { id, household }: Told): void {
    const type = chance.pick(['served', 'part-paid', 'paid', 'withdrawn', 'agreement'])
    const body = { type, date: '2026-11-21', ...(type === 'part-paid' ? { amount: 1000 } : {}) }
    const path = `/v1/notices/${id}/updates`
    start({ client: 'landlord', kind: 'update', path, key: key(), household, body })
  }

  /** A file of so many households, most of them new, and sent twice now and then. */
  function file(rows: number): void {
    const first = state.households
    state.households += rows
    const households = Array.from({ length: rows }, (_, place) => first + place)
    const about = { client: 'landlord' as const, kind: 'file' as const, household: -1, body: {} }
    const request = { ...about, path: '/v1/notice-files', key: key(), file: fileOf(households) }
    start(request)
    if (chance.next() < 0.3) start(request)
  }

  return {
    ledger,
    happen,
    file,
    underWay: () => underWay.size,
    /** Waits until everything sent is answered, at most so long. */
    finish: async (withinMs: number) => {
      sender.giveUpAt(performance.now() + withinMs)
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
