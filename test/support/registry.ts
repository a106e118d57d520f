// The registry for tests: letters put in the inbox and entered, by registrars of two committees.
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../shared/casework/act.ts'
import { addToInbox } from '../../shared/casework/inbox.ts'
import type { NoticeBody } from '../../shared/domain/notice-body.ts'
import { aNotice, type Api } from './api.ts'
import { inDays } from './spine.ts'

/** A registrar of a committee. */
export const registrar = (committee: string, personId: string | null = null): Actor => ({
  role: 'registrar',
  personId,
  committee,
  unit: committee === 'GAN' ? 'GAN-FS' : 'SN-MOTT',
  sender: 'person:somebody',
  landlordId: null,
  name: 'Registrator',
})

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
let made = 0

/** The bytes of a scan that no other has. */
export const aScan = (): Buffer => Buffer.concat([PNG, Buffer.from(`scan ${(made += 1)}`)])

export const daysAgo = (days: number): string => inDays(-days)

/** Puts a letter in the inbox and returns its id. */
export async function anItem(
  api: Api,
  by: Actor,
  { receivedAt = daysAgo(3), document = aScan() }: { receivedAt?: string; document?: Buffer | null } = {},
): Promise<string> {
  const arrival = { id: randomUUID(), channel: 'paper' as const, receivedAt, document }
  return (await addToInbox(api.web, api.tools, by, arrival)).id
}

/** A termination as it stands on paper; `place` tells the households apart. */
export const paper = (place: number): NoticeBody =>
  aNotice({
    tenant: { name: `Papper Prov${place}` },
    dwelling: {
      address: `Brevgatan ${place}`,
      postalCode: '702 10',
      city: 'Örebro',
      apartmentNumber: '1101',
    },
    reference: `PAPPER-${place}`,
  }) as unknown as NoticeBody

/** What Kronofogden tells of the same household. */
export const eviction = (place: number) => ({
  event: 'date-set' as const,
  caseNumber: `U-9${place}-26/0210`,
  occurredOn: '2026-11-18',
  respondent: {
    name: `Papper Prov${place}`,
    address: `Brevgatan ${place} lgh 1101`,
    postalCode: '702 10',
    city: 'Örebro',
  },
  evictionAt: '2026-12-15T09:00',
})
