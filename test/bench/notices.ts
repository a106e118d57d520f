// Invented notices for measuring: a month of a large landlord, no two households the same.
import type { NoticeBody } from '../../shared/domain/notice-body.ts'

const streets = ['Storgatan', 'Kungsgatan', 'Ringgatan', 'Rudbecksgatan', 'Hagagatan', 'Skolgatan']

/** The n-th notice: late rents of one to three months, some repeated landlords, some nuisance, all in the municipality. */
export function noticeNumber(n: number): NoticeBody {
  const months = 1 + (n % 3)
  const rent = 5_000 + (n % 70) * 100
  const rents = Array.from({ length: months }, (_, month) => ({
    period: `2026-${String(11 - month).padStart(2, '0')}`,
    dueDate: `2026-${String(10 - month).padStart(2, '0')}-30`,
    amount: rent,
  }))
  return {
    type: n % 12 === 0 ? 'nuisance-warning' : 'rent-termination',
    reference: `B-${n}`,
    landlord: {
      name: 'Exempelfastigheter i Örebro AB',
      organisationNumber: '559999-0115',
      postalAddress: 'Box 1, 701 00 Örebro',
      phone: '019-000 00 00',
    },
    tenant: { name: `Exempel Person ${n}`, postalAddress: `${streets[n % 6]} ${n % 97}` },
    dwelling: {
      address: `${streets[n % 6]} ${n % 97}`,
      postalCode: `702 ${10 + (n % 30)}`,
      city: 'Örebro',
      apartmentNumber: String(1000 + n),
      rooms: 1 + (n % 4),
    },
    rents,
    interest: 0,
    amountToRecover: rent * months,
    payment: { bankgiro: '5050-1055' },
    noticeDate: '2026-11-18',
    terminatedDate: '2026-11-18',
    dispatchedDate: '2026-11-18',
    dispatchMethod: 'registered-letter',
    ...(n % 4 === 0 ? { servedDate: '2026-11-19' } : {}),
  }
}
