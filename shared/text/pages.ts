// The texts of the pages, an area a file, Swedish with the English beside it.
import { accessibilityTexts } from './accessibility.ts'
import { administrationTexts } from './administration.ts'
import { auditTexts } from './audit.ts'
import { calculatorTexts } from './calculator.ts'
import { caseTexts } from './case.ts'
import { columnTexts } from './columns.ts'
import { counsellingTexts } from './counselling.ts'
import { consentTexts } from './consent.ts'
import { diaryTexts } from './diary.ts'
import { entryTexts } from './entry.ts'
import { extractTexts } from './extract.ts'
import { inboxTexts } from './inbox.ts'
import { formDraftTexts } from './form-drafts.ts'
import { landlordFileTexts } from './landlord-files.ts'
import { landlordTexts } from './landlord.ts'
import { lawWorkTexts } from './law-work.ts'
import { meetingTexts } from './meetings.ts'
import { letterTemplateTexts } from './letter-templates.ts'
import { letterTexts } from './letters.ts'
import { peopleTexts } from './people.ts'
import { signInTexts } from './sign-ins.ts'
import { referralTexts } from './referrals.ts'
import { ruleTrialTexts } from './rule-trials.ts'
import { staffTexts } from './staff.ts'
import { tenancyTexts } from './tenancy.ts'
import { statisticsTexts } from './statistics.ts'
import { visitorTexts } from './visitors.ts'
import { visitTexts } from './visits.ts'

type Words = { sv: string; en: string }

const all = {
  ...accessibilityTexts,
  ...auditTexts,
  ...administrationTexts,
  ...peopleTexts,
  ...signInTexts,
  ...columnTexts,
  ...ruleTrialTexts,
  ...calculatorTexts,
  ...landlordTexts,
  ...landlordFileTexts,
  ...staffTexts,
  ...statisticsTexts,
  ...visitTexts,
  ...visitorTexts,
  ...referralTexts,
  ...extractTexts,
  ...inboxTexts,
  ...entryTexts,
  ...counsellingTexts,
  ...caseTexts,
  ...diaryTexts,
  ...lawWorkTexts,
  ...consentTexts,
  ...meetingTexts,
  ...tenancyTexts,
  ...letterTexts,
  ...letterTemplateTexts,
  ...formDraftTexts,
}

export type PageTextKey = keyof typeof all

export const pageTexts: Readonly<Record<PageTextKey, Words>> = all
