// The texts of the pages on which a person acts on a date: the same-day confirmation, and a period that may start anew.

export const lawWorkTexts = {
  'letter.title': { sv: 'Bekräftelse till Kronofogden', en: 'Confirmation to the enforcement authority' },
  'letter.lead': {
    sv: 'Skickas samma dag som underrättelsen kom. Läs igenom, kopiera eller skriv ut, och gör sedan klart uppgiften.',
    en: 'To be sent the same day as the notice came. Read it, copy or print it, then complete the task.',
  },
  'letter.person': { sv: 'Kopia till den det gäller', en: 'Copy to the person concerned' },
  'letter.subject': { sv: 'Ärende', en: 'Subject' },
  'letter.none': {
    sv: 'Det finns ingen tid för avhysning att bekräfta i det här ärendet.',
    en: 'There is no eviction time to confirm in this case.',
  },
  'letter.nobody': {
    sv: 'Ingen handläggare är utsedd. Brevet nämner enheten; ta ärendet för att stå som ansvarig.',
    en: 'No caseworker is named. The letter names the unit; take the case to be named.',
  },
  'restart.title': { sv: 'Börjar fristen om?', en: 'Does the period start again?' },
  'restart.none': {
    sv: 'Det finns ingen fråga om fristen att svara på i det här ärendet.',
    en: 'There is no question about the period to answer in this case.',
  },
  'restart.which': { sv: 'Vilket meddelande gäller det?', en: 'Which notice is it about?' },
  'restart.answer': { sv: 'Har fristen börjat om?', en: 'Has the period started again?' },
  'restart.yes': { sv: 'Ja, räkna från det senare meddelandet', en: 'Yes, count from the later notice' },
  'restart.no': { sv: 'Nej, det tidigare datumet gäller', en: 'No, the earlier date stands' },
  'restart.reason': { sv: 'Varför?', en: 'Why?' },
  'restart.submit': { sv: 'Spara svaret', en: 'Save the answer' },
  'restart.done': {
    sv: 'Svaret är sparat och datumen räknas om.',
    en: 'The answer is saved and the dates are recomputed.',
  },
  'restart.error.answer': {
    sv: 'Välj om fristen har börjat om eller inte.',
    en: 'Choose whether the period has started again.',
  },
  'restart.error.notice': {
    sv: 'Välj vilket meddelande det gäller.',
    en: 'Choose which notice it is about.',
  },
  'restart.error.reason': {
    sv: 'Skriv varför fristen har börjat om, eller varför inte.',
    en: 'Write why the period has started again, or why not.',
  },
} as const
