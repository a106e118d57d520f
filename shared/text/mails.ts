// The mails' words: a neutral subject, one sentence and a link. No name, number, address or debt: mail is a postcard.

export type MailTemplate =
  'new-cases' | 'referral' | 'work-moved' | 'alert' | 'reminder' | 'completion-needed'

type Words = { subject: string; text: string }

const words: Record<MailTemplate, { sv: Words; en: Words }> = {
  'new-cases': {
    sv: {
      subject: 'Något nytt att hantera',
      text: 'Er enhet har fått något nytt att hantera. Logga in för att se vad.',
    },
    en: {
      subject: 'Something new to handle',
      text: 'Your unit has something new to handle. Sign in to see what.',
    },
  },
  referral: {
    sv: {
      subject: 'Du har något nytt att hantera',
      text: 'Du har fått något nytt att hantera. Logga in och svara i dag om du kan.',
    },
    en: {
      subject: 'You have something new to handle',
      text: 'You have something new to handle. Sign in and answer today if you can.',
    },
  },
  'work-moved': {
    sv: {
      subject: 'Något är flyttat till dig',
      text: 'Arbete är flyttat till dig eller din enhet. Logga in för att se vad.',
    },
    en: {
      subject: 'Something has been moved to you',
      text: 'Work has been moved to you or your unit. Sign in to see what.',
    },
  },
  reminder: {
    sv: {
      subject: 'En påminnelse',
      text: 'Något väntar på ditt svar och tiden är snart ute. Logga in för att se vad.',
    },
    en: {
      subject: 'A reminder',
      text: 'Something awaits your answer and time is nearly up. Sign in to see what.',
    },
  },
  alert: {
    sv: {
      subject: 'Något behöver dig nu',
      text: 'Något har inte hanterats i tid. Logga in nu och se vad som behöver göras.',
    },
    en: {
      subject: 'Something needs you now',
      text: 'Something was not handled in time. Sign in now and see what needs doing.',
    },
  },
  'completion-needed': {
    sv: {
      subject: 'Ett meddelande behöver kompletteras',
      text: 'Ett meddelande som ni har skickat behöver kompletteras. Logga in för att se vad.',
    },
    en: {
      subject: 'A message needs completing',
      text: 'A message you sent needs completing. Sign in to see what.',
    },
  },
}

/** The subject and plain text of one mail. `baseUrl` is the service's own address, from settings, never from a request. */
export function letter(template: MailTemplate, language: string, baseUrl: string): Words {
  const { subject, text } = words[template][language === 'en' ? 'en' : 'sv']
  return { subject, text: `${text}\n\n${baseUrl}\n` }
}
