// The texts of the pages, an area a file, Swedish with the English beside it.
import { calculatorTexts } from './calculator.ts'
import { caseTexts } from './case.ts'
import { counsellingTexts } from './counselling.ts'
import { diaryTexts } from './diary.ts'
import { inboxTexts } from './inbox.ts'
import { landlordFileTexts } from './landlord-files.ts'
import { landlordTexts } from './landlord.ts'
import { lawWorkTexts } from './law-work.ts'
import { referralTexts } from './referrals.ts'
import { staffTexts } from './staff.ts'

type Words = { sv: string; en: string }

const all = {
  ...calculatorTexts,
  ...landlordTexts,
  ...landlordFileTexts,
  ...staffTexts,
  ...referralTexts,
  ...inboxTexts,
  ...counsellingTexts,
  ...caseTexts,
  ...diaryTexts,
  ...lawWorkTexts,
}

export type PageTextKey = keyof typeof all

export const pageTexts: Readonly<Record<PageTextKey, Words>> = all
