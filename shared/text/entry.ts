// What a landlord's new user reads between the first sign-in and being let in.
export const entryTexts = {
  'entry.title': { sv: 'Vem sänder du för?', en: 'For whom do you send?' },
  'entry.intro': {
    sv: 'Du är inloggad, och vi känner dig inte sedan tidigare.',
    en: 'You are signed in, and we do not know you from before.',
  },
  'entry.as': { sv: 'Jag sänder för', en: 'I send for' },
  'entry.as.organisation': { sv: 'ett företag eller en förening', en: 'a company or an association' },
  'entry.as.invited': { sv: 'en hyresvärd som har bjudit in mig', en: 'a landlord who has invited me' },
  'entry.as.myself': { sv: 'mig själv', en: 'myself' },
  'entry.as.error': { sv: 'Välj vem du sänder för', en: 'Choose for whom you send' },
  'entry.number': { sv: 'Organisationsnummer', en: 'Organisation number' },
  'entry.number.error': {
    sv: 'Skriv organisationsnumret med tio siffror, till exempel 559999-0115',
    en: 'Write the organisation number in ten digits, for example 559999-0115',
  },
  'entry.name': { sv: 'Företagets eller föreningens namn', en: 'Name of the company or association' },
  'entry.code': { sv: 'Koden i inbjudan', en: 'The code of the invitation' },
  'entry.code.error': { sv: 'Skriv koden ur inbjudan', en: 'Write the code of the invitation' },
  'entry.send': { sv: 'Fortsätt', en: 'Continue' },
  'entry.waiting.title': { sv: 'Kommunen har fått din begäran', en: 'The municipality has your request' },
  'entry.waiting.text': {
    sv: 'En handläggare kontrollerar att du får sända för hyresvärden. Du kan börja när det är klart: logga in igen, till exempel i morgon.',
    en: 'An officer checks that you may send for the landlord. You can begin when that is done: sign in again, for example tomorrow.',
  },
  'entry.waiting.urgent': {
    sv: 'Ett meddelande som måste fram i dag kan skickas på papper till kommunen.',
    en: 'A notice that must arrive today can be sent on paper to the municipality.',
  },
  'entry.ready.title': { sv: 'Nu kan du börja', en: 'You can begin now' },
  'entry.ready.text': { sv: 'Logga in en gång till.', en: 'Sign in once more.' },
} as const
