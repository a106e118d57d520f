// What a form says of what was written in it and not sent, Swedish with the English beside it.
export const formDraftTexts = {
  'draft.kept': {
    sv: 'Det du skrev {day} klockan {time} finns kvar. Det är inte skickat än.',
    en: 'What you wrote on {day} at {time} is still here. It has not been sent yet.',
  },
  'draft.wrote': { sv: 'Du hade skrivit:', en: 'You had written:' },
  'draft.drop': { sv: 'Kasta det jag skrev', en: 'Throw away what I wrote' },
  'draft.dropped': { sv: 'Det du hade skrivit är borta.', en: 'What you had written is gone.' },
  'draft.replaced': {
    sv: 'Det du skrev i ett annat fönster klockan {time} är ersatt av det du skriver här.',
    en: 'What you wrote in another window at {time} is replaced by what you write here.',
  },
  'draft.lost': {
    sv: 'Du hade blivit utloggad. Det du skrev är sparat. Logga in, så står det kvar i formuläret och du kan skicka det.',
    en: 'You had been signed out. What you wrote is saved. Sign in and it is still in the form, ready to be sent.',
  },
  'draft.earlier': {
    sv: 'Du har loggat in igen sedan du öppnade formuläret. Det du skrev är kvar. Läs det en gång till och skicka det.',
    en: 'You have signed in again since you opened the form. What you wrote is still here. Read it once more and send it.',
  },
} as const
