// The accessibility statement, the report of a barrier, and the municipality's look, Swedish with the English beside it.
export const accessibilityTexts = {
  'accessibility.title': { sv: 'Tillgänglighetsredogörelse', en: 'Accessibility statement' },
  'accessibility.intro': {
    sv: '{municipality} står bakom den här tjänsten. Så många som möjligt ska kunna använda den: med tangentbord, skärmläsare, i mobilen och utan skript. Här står hur tjänsten uppfyller lagen om tillgänglighet till digital offentlig service (2018:1937).',
    en: '{municipality} is responsible for this service. As many as possible must be able to use it: by keyboard, with a screen reader, on a phone and without scripts. This is how it meets the Act on Accessibility of Digital Public Services (2018:1937).',
  },
  'accessibility.heading.how': { sv: 'Hur tillgänglig är tjänsten?', en: 'How accessible is the service?' },
  'accessibility.text.how': {
    sv: 'Tjänsten är byggd för att uppfylla WCAG 2.2 på nivå AA. Vi känner inte till något som bryter mot kraven.',
    en: 'The service is built to meet WCAG 2.2 at level AA. We know of nothing that breaks the requirements.',
  },
  'accessibility.heading.limits': { sv: 'Vad är inte prövat?', en: 'What is not tested?' },
  'accessibility.text.limits': {
    sv: 'Ingen granskning tillsammans med användare är gjord ännu. Filer som hyresvärdar eller myndigheter skickar in kan sakna det som en skärmläsare behöver.',
    en: 'No review together with users has been made yet. Files that landlords or authorities send in may lack what a screen reader needs.',
  },
  'accessibility.heading.tested': { sv: 'Hur har vi testat?', en: 'How have we tested?' },
  'accessibility.text.tested': {
    sv: 'Självskattning med automatiska prov av varje sida i en riktig webbläsare, senast 2026-11-22. Tangentbord, utskrift, egna färger och 320 punkters bredd är också provade.',
    en: 'Self-assessment with automatic tests of each page in a real browser, last on 2026-11-22. Keyboard, print, own colours and a width of 320 points have been tested too.',
  },
  'accessibility.heading.report': { sv: 'Rapportera ett hinder', en: 'Report a barrier' },
  'accessibility.text.report': {
    sv: 'Är det något du inte kan använda? Berätta det, även anonymt. {municipality} läser varje rapport och svarar inom tio arbetsdagar om du lämnar en kontaktuppgift.',
    en: 'Is there something you cannot use? Tell us, also anonymously. {municipality} reads every report and answers within ten working days if you say how to reach you.',
  },
  'accessibility.heading.supervision': { sv: 'Tillsyn', en: 'Supervision' },
  'accessibility.text.supervision': {
    sv: 'Myndigheten för digital förvaltning (Digg) ser till att lagen följs. Är du inte nöjd med svaret kan du anmäla det till Digg.',
    en: 'The Agency for Digital Government (Digg) sees to it that the Act is followed. If you are not content with the answer you can notify Digg.',
  },
  'accessibility.digg': { sv: 'Anmäl till Digg', en: 'Notify Digg' },

  'barrier.title': { sv: 'Rapportera ett hinder', en: 'Report a barrier' },
  'barrier.text': {
    sv: 'Skriv inget om ditt ärende eller om någon annan person.',
    en: 'Write nothing about your case or about anybody else.',
  },
  'barrier.problem': { sv: 'Vad går inte att använda?', en: 'What can you not use?' },
  'barrier.problem.hint': {
    sv: 'Berätta gärna vad du försökte göra och med vilka hjälpmedel.',
    en: 'Please say what you tried to do and with which aids.',
  },
  'barrier.problem.missing': { sv: 'Berätta vad som inte går att använda', en: 'Say what you cannot use' },
  'barrier.page': { sv: 'På vilken sida? (frivilligt)', en: 'On which page? (optional)' },
  'barrier.contact': { sv: 'Hur når vi dig? (frivilligt)', en: 'How do we reach you? (optional)' },
  'barrier.contact.hint': {
    sv: 'Telefon eller e-post, om du vill ha ett svar.',
    en: 'Telephone or e-mail, if you want an answer.',
  },
  'barrier.send': { sv: 'Skicka rapporten', en: 'Send the report' },
  'barrier.done': {
    sv: 'Tack. Rapporten är mottagen och någon läser den.',
    en: 'Thank you. The report is received and somebody reads it.',
  },

  'barriers.title': { sv: 'Rapporter om hinder', en: 'Reports of barriers' },
  'barriers.text': {
    sv: 'Varje rapport är en uppgift för administratörerna tills någon har skrivit vad som gjordes.',
    en: 'Each report is a task of the administrators’ until somebody has written what was done.',
  },
  'barriers.contact': { sv: 'Kontakt: {contact}', en: 'Contact: {contact}' },
  'barriers.no-contact': { sv: 'Ingen kontaktuppgift.', en: 'No way to reach the sender.' },
  'barriers.due': { sv: 'Svara senast {date}', en: 'Answer by {date}' },
  'barriers.late': { sv: 'Försenad: skulle ha svarats {date}', en: 'Overdue: was to be answered {date}' },
  'barriers.answer': { sv: 'Vad gjordes?', en: 'What was done?' },
  'barriers.answer.missing': { sv: 'Skriv vad som gjordes', en: 'Say what was done' },
  'barriers.submit': { sv: 'Klart', en: 'Done' },
  'barriers.answered': { sv: 'Rapporten är klar.', en: 'The report is done.' },
  'barriers.done': { sv: 'Klar {at}, {name}:', en: 'Done {at}, {name}:' },
  'barriers.empty': { sv: 'Inga rapporter.', en: 'No reports.' },

  'theme.title': { sv: 'Utseende', en: 'Appearance' },
  'theme.text': {
    sv: 'Namn, färger och logotyp visas på alla sidor. Färger som inte går att läsa avvisas.',
    en: 'Name, colours and logo are shown on every page. Colours that cannot be read are refused.',
  },
  'theme.now': { sv: 'Så här ser profilfärgen ut nu', en: 'This is the brand colour now' },
  'theme.name': { sv: 'Kommunens namn', en: 'The municipality’s name' },
  'theme.brand': { sv: 'Profilfärg', en: 'Brand colour' },
  'theme.brand.hint': {
    sv: 'Sidhuvud och knappar, till exempel #1f5c57',
    en: 'Header and buttons, for example #1f5c57',
  },
  'theme.brand-text': { sv: 'Text på profilfärgen', en: 'Text on the brand colour' },
  'theme.brand-text.hint': { sv: 'Oftast #ffffff', en: 'Mostly #ffffff' },
  'theme.link': { sv: 'Länkfärg', en: 'Link colour' },
  'theme.link.hint': { sv: 'Ska gå att läsa på vitt', en: 'Must be readable on white' },
  'theme.logo': { sv: 'Logotyp', en: 'Logo' },
  'theme.logo.keep': { sv: 'Behåll', en: 'Keep' },
  'theme.logo.none': { sv: 'Ta bort', en: 'Remove' },
  'theme.logo.new': { sv: 'Ny logotyp (frivilligt)', en: 'New logo (optional)' },
  'theme.logo.hint': { sv: 'SVG eller PNG, högst 100 kB', en: 'SVG or PNG, at most 100 kB' },
  'theme.save': { sv: 'Spara utseendet', en: 'Save the appearance' },
  'theme.saved': {
    sv: 'Utseendet är sparat och visas på alla sidor.',
    en: 'The appearance is saved and shown on every page.',
  },
} as const
