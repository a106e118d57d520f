// The texts of the pages, an area a file, Swedish with the English beside it.
import { calculatorTexts } from './calculator.ts'
import { landlordFileTexts } from './landlord-files.ts'
import { landlordTexts } from './landlord.ts'

type Words = { sv: string; en: string }

const all = { ...calculatorTexts, ...landlordTexts, ...landlordFileTexts }

export type PageTextKey = keyof typeof all

export const pageTexts: Readonly<Record<PageTextKey, Words>> = all
