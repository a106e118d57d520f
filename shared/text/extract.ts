// What the parts of a person's own extract are called: each table that can hold something about a household has its words.
export const extractTexts = {
  'extract.table.arrears_case': { sv: 'Ärendet', en: 'The case' },
  'extract.table.assignment': { sv: 'Vem som har haft ärendet', en: 'Who has had the case' },
  'extract.table.case_merge': { sv: 'Sammanförda ärenden', en: 'Cases brought together' },
  'extract.table.client_question': { sv: 'Frågor till andra nämnder', en: 'Questions to other committees' },
  'extract.table.consent': { sv: 'Samtycken', en: 'Consents' },
  'extract.table.contact': { sv: 'Kontakter och kontaktförsök', en: 'Contacts and attempts' },
  'extract.table.counselling_task': {
    sv: 'Uppgifter hos budget- och skuldrådgivningen',
    en: 'Tasks with the debt counsellors',
  },
  'extract.table.deadline': { sv: 'Frister och datum', en: 'Periods and dates' },
  'extract.table.disclosure': {
    sv: 'Vad som har lämnats ut, och till vem',
    en: 'What was told, and to whom',
  },
  'extract.table.eviction_notice': {
    sv: 'Underrättelser från Kronofogden',
    en: 'Notices from the Enforcement Authority',
  },
  'extract.table.eviction_plan': {
    sv: 'Planen för avhysningsdagen',
    en: 'The plan for the day of the eviction',
  },
  'extract.table.inbox_correction': { sv: 'Rättade ankomsttider', en: 'Corrected times of arrival' },
  'extract.table.inbox_item': { sv: 'Inkomna handlingar', en: 'Documents that came in' },
  'extract.table.letter': { sv: 'Brev', en: 'Letters' },
  'extract.table.meeting_case': {
    sv: 'Samverkansmöten som har tagit upp ärendet',
    en: 'Meetings that took the case up',
  },
  'extract.table.neutral_contact': {
    sv: 'Kontaktperson utanför nämnden',
    en: 'Contact outside the committee',
  },
  'extract.table.notice': { sv: 'Meddelanden från hyresvärden', en: 'Notices from the landlord' },
  'extract.table.notice_draft': { sv: 'Påbörjade meddelanden', en: 'Notices begun' },
  'extract.table.notice_file_row': { sv: 'Rader i hyresvärdens filer', en: 'Rows in the landlord’s files' },
  'extract.table.notice_update': {
    sv: 'Vad hyresvärden har rapporterat senare',
    en: 'What the landlord reported later',
  },
  'extract.table.payment': { sv: 'Betalningar', en: 'Payments' },
  'extract.table.payment_instalment': {
    sv: 'Delbetalningar i betalningsplanen',
    en: 'Instalments of the payment plan',
  },
  'extract.table.payment_plan': { sv: 'Betalningsplaner', en: 'Payment plans' },
  'extract.table.referral': {
    sv: 'Hänvisningar till budget- och skuldrådgivning',
    en: 'Referrals to debt counselling',
  },
  'extract.table.respite': { sv: 'Anstånd', en: 'Respites' },
  'extract.table.restart_decision': {
    sv: 'Beslut om att en frist har börjat om',
    en: 'Decisions on whether a period began again',
  },
  'extract.table.retention_mark': { sv: 'Varför uppgifterna sparas', en: 'Why the data are kept' },
  'extract.table.screening': {
    sv: 'Andra nämnders svar om ärendet',
    en: 'Other committees’ answers about the case',
  },
  'extract.table.sharing_basis': { sv: 'Varför något fick lämnas ut', en: 'Why something might be told' },
  'extract.table.task': {
    sv: 'Uppgifter för dem som arbetar i ärendet',
    en: 'Tasks of those who work in the case',
  },
  'extract.table.timeline': { sv: 'Dagbok', en: 'Diary' },
  'extract.table.undertaking': {
    sv: 'Kommunens åtaganden om hyran',
    en: 'The municipality’s undertakings to pay the rent',
  },
  'extract.table.visit': { sv: 'Hembesök', en: 'Home visits' },
  'extract.table.visit_adult': { sv: 'Vuxnas svar vid hembesök', en: 'Adults’ answers at visits' },
  'extract.table.visit_answer': { sv: 'Checklista vid hembesök', en: 'Checklist of visits' },
  'extract.table.visit_need': { sv: 'Behov av hembesök', en: 'Need of a visit' },
  'extract.table.visit_person': { sv: 'Vilka som gör hembesöken', en: 'Who makes the visits' },
} as const
