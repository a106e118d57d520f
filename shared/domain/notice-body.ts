// What a landlord sends, as one declaration that validates, types and documents it (zod); content is judged elsewhere.
import { z } from 'zod'

/** The kinds of notice; the paragraph behind each stands in the description that the API shows. */
export const NOTICE_TYPES = [
  'early-arrears',
  'rent-termination',
  'nuisance-warning',
  'nuisance-termination',
  'cooperative-fee-termination',
  'cooperative-nuisance',
  'power-cutoff',
] as const

export const UPDATE_TYPES = [
  'paid',
  'part-paid',
  'served',
  'withdrawn',
  'corrected',
  'agreement',
  'moved',
] as const

/** More rents than five years of months in one notice is a pasted ledger, not a notice. */
export const MOST_RENTS = 60

// A lone surrogate is no text: it cannot be stored as UTF-8 nor sent back as it came.
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => value.isWellFormed(), { message: 'The text holds half a character' })

/** Text without which the notice cannot be tied to anybody: it must hold at least one letter or digit. */
export const needed = (most: number) =>
  text(most).refine((value) => /[\p{L}\p{N}]/u.test(value), { message: 'Must hold a letter or a digit' })

/** Text that may be left out; `null` means the same, because many systems send it for an empty field. */
export const optional = (most: number) => text(most).nullish()

// JSON.parse reads 1e309 as Infinity, which z.number() refuses; the notice must come in, with a finding.
const written = z.preprocess(
  (value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value),
  z.union([z.number(), text(40)]),
)

/** An amount: a strange one is taken in and flagged, never refused. */
export const amount = written.meta({
  description:
    'Kronor with at most two decimals: a number, or text such as "8 450,50". An amount that cannot be read with ' +
    'certainty is kept as sent and answered with the finding amount_unclear.',
  examples: [8450.5, '8 450,50'],
})

/** A day; one that does not exist is taken in and flagged, never refused. */
export const day = optional(40).meta({
  description:
    'YYYY-MM-DD. A day that does not exist is kept as sent and answered with the finding date_unclear.',
  examples: ['2026-11-30'],
})

const landlord = z.object({
  name: needed(200).meta({ examples: ['Exempelbostäder i Örebro AB'] }),
  organisationNumber: optional(40).meta({ examples: ['556000-4615'] }),
  postalAddress: optional(300),
  phone: optional(60),
})

const tenant = z.object({
  name: needed(200).meta({ examples: ['Anna Exempelsson'] }),
  postalAddress: optional(300),
  personalIdentityNumber: optional(40).meta({
    description: 'Not a field of the statutory form. If it is sent, it helps to find the right household.',
    examples: ['19900101-2385'],
  }),
})

const dwelling = z.object({
  address: needed(200).meta({ examples: ['Exempelgatan 12 B'] }),
  postalCode: optional(20).meta({ examples: ['702 10'] }),
  city: optional(100).meta({ examples: ['Örebro'] }),
  apartmentNumber: optional(40).meta({ examples: ['1203'] }),
  rooms: written
    .nullish()
    .meta({ description: 'Number of rooms, as the statutory form asks.', examples: [3] }),
})

const rent = z.object({
  period: optional(60).meta({ description: 'The month that the rent is for.', examples: ['2026-12'] }),
  dueDate: day,
  amount: amount.nullish(),
  paid: amount.nullish(),
})

const payment = z.object({
  bankgiro: optional(40).meta({ examples: ['991-2346'] }),
  plusgiro: optional(40),
  ocr: optional(60),
  other: optional(200).meta({
    description: 'Another way to pay, in words: the form accepts one where there is no bankgiro or plusgiro.',
    examples: ['Bankkonto 9999-12 345 67'],
  }),
})

const types = z.enum(NOTICE_TYPES).meta({
  description:
    'early-arrears: arrears before any termination. rent-termination: message to the social welfare committee, ' +
    'jordabalken 12:44. nuisance-warning: 12:25 a. nuisance-termination: 12:42 fourth paragraph. ' +
    'cooperative-fee-termination: bostadsrättslagen 7:23. cooperative-nuisance: 7:9 and 7:20. ' +
    'power-cutoff: the power company warns of a cut-off.',
})

/**
 * `POST /v1/notices`. Refused: what is no JSON of the right types, too long, or cannot be tied to a landlord, a tenant
 * and a dwelling. Everything else comes in, because a statutory notice counts from when it was left (JB 12:44).
 */
export const noticeBody = z
  .object({
    type: types,
    reference: optional(100).meta({ description: "The sender's own reference.", examples: ['H-2026-1187'] }),
    landlord,
    tenant,
    dwelling,
    rents: z.array(rent).max(MOST_RENTS).nullish(),
    interest: amount.nullish(),
    amountToRecover: amount.nullish(),
    payment: payment.nullish(),
    noticeDate: day,
    terminatedDate: day,
    dispatchedDate: day,
    dispatchMethod: optional(40).meta({
      description: 'registered-letter, letter, e-mail or e-service.',
      examples: ['registered-letter'],
    }),
    servedDate: day,
    tenantConsentOn: day.meta({
      description: 'Only early-arrears: the day the tenant consented to this report.',
    }),
    enforcementCaseNumber: optional(40).meta({ examples: ['U-24680-26/0210'] }),
    description: optional(4000),
  })
  .meta({
    description: 'A notice about one household. Unknown properties are kept with the original and not read.',
  })

/** `POST /v1/notices/{id}/updates`: what happened afterwards. */
export const updateBody = z
  .object({
    type: z.enum(UPDATE_TYPES),
    date: needed(40).meta({ description: 'The day it happened, YYYY-MM-DD.', examples: ['2026-12-04'] }),
    amount: amount.nullish().meta({
      description: 'Kronor: what was paid, or for corrected the right amount to pay to recover the tenancy.',
    }),
    note: optional(2000),
  })
  .meta({ description: 'What has happened since the notice was sent.' })

export type NoticeType = (typeof NOTICE_TYPES)[number]
export type UpdateType = (typeof UPDATE_TYPES)[number]
export type NoticeBody = z.infer<typeof noticeBody>
export type UpdateBody = z.infer<typeof updateBody>
