// What the page over one's own sign-ins says, Swedish with the English beside it.
export const signInTexts = {
  'sign-ins.title': { sv: 'Mina inloggningar', en: 'My sign-ins' },
  'sign-ins.intro': {
    sv: 'Här är du inloggad just nu. Avsluta det du inte känner igen, och säg till den som ansvarar för säkerheten hos er. Innan något avslutas loggar du in igen.',
    en: 'This is where you are signed in now. End what you do not recognise, and tell whoever is responsible for security with you. Before anything is ended you sign in again.',
  },
  'sign-ins.since': { sv: 'Inloggad {at}', en: 'Signed in {at}' },
  'sign-ins.own': { sv: 'den du använder nu', en: 'the one you are using now' },
  'sign-ins.end': { sv: 'Avsluta', en: 'End' },
  'sign-ins.end.this': { sv: 'Avsluta inloggningen från {at}', en: 'End the sign-in of {at}' },
  'sign-ins.end.others': { sv: 'Avsluta alla andra', en: 'End all others' },
  'sign-ins.only': {
    sv: 'Du är inte inloggad någon annanstans.',
    en: 'You are not signed in anywhere else.',
  },
  'sign-ins.ended': { sv: 'Inloggningen är avslutad.', en: 'The sign-in is ended.' },
  'sign-ins.none': { sv: 'Det fanns ingen inloggning att avsluta.', en: 'There was no sign-in to end.' },
  'people.sign-out': { sv: 'Logga ut överallt', en: 'Sign out everywhere' },
  'people.change.signed-out': { sv: 'Utloggad överallt', en: 'Signed out everywhere' },
} as const
