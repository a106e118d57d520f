// What the pages of debt counselling say about times, waiting, offers and tasks in other committees' cases.
export const counsellingTexts = {
  'counselling.case': { sv: 'Ärende', en: 'Case' },
  'counselling.to-referral': { sv: 'Till hänvisningen', en: 'To the referral' },
  'counselling.basis.offer': {
    sv: 'Erbjudande: hyresgästen har inte tackat ja ännu. Berätta att hjälpen är frivillig och gratis.',
    en: 'An offer: the tenant has not said yes yet. Tell them that the help is voluntary and free.',
  },
  'counselling.basis.consent': {
    sv: 'Hyresgästen har tackat ja till rådgivning.',
    en: 'The tenant has said yes to counselling.',
  },
  'counselling.slots': { sv: 'Boka ett möte', en: 'Book a meeting' },
  'counselling.slots.in-time': { sv: 'Lediga tider', en: 'Free times' },
  'counselling.slots.late': {
    sv: 'Tider efter sista dagen (kommer för sent)',
    en: 'Times after the last day (too late)',
  },
  'counselling.slot.with': { sv: '{at}, hos {name}', en: '{at}, with {name}' },
  'counselling.slot.error': { sv: 'Välj en tid', en: 'Choose a time' },
  'counselling.slot.book': { sv: 'Boka tiden', en: 'Book the time' },
  'counselling.other-time': { sv: 'Annan dag eller tid', en: 'Another day or time' },
  'counselling.no-slot': {
    sv: 'Ingen ledig tid finns före sista dagen ({latest}). Erbjud {name}. Enhetschefen får veta det.',
    en: 'There is no free time before the last day ({latest}). Offer {name}. The supervisor is told.',
  },
  'counselling.no-slot.tag': { sv: 'Tid saknas', en: 'No time' },
  'counselling.alternative': { sv: 'Jag har erbjudit {name}', en: 'I have offered {name}' },
  'counselling.alternative.done': { sv: 'Erbjudandet är noterat.', en: 'The offer is noted.' },
  'counselling.alternative.done-at': { sv: 'Erbjudet {at}', en: 'Offered {at}' },
  'counselling.wait': {
    sv: 'Närmaste lediga tid är {when}. Målet är högst {most} dagar.',
    en: 'The first free time is {when}. The aim is at most {most} days.',
  },
  'counselling.wait.none': {
    sv: 'Det finns ingen ledig tid. Lägg in fler tider eller säg till enhetschefen.',
    en: 'There is no free time. Add more times or tell the supervisor.',
  },
  'counselling.wait.median': {
    sv: 'Hälften har fått möte inom {days} dagar.',
    en: 'Half have had a meeting within {days} days.',
  },
  'counselling.wait.over': {
    sv: '{count} har väntat längre än {most} dagar.',
    en: '{count} have waited longer than {most} days.',
  },
  'counselling.title': { sv: 'Budget- och skuldrådgivning', en: 'Budget and debt counselling' },
  'counselling.none': {
    sv: 'Hushållet är inte hänvisat till rådgivning.',
    en: 'The household is not referred to counselling.',
  },
  'counselling.with': { sv: '{state}, hos {name}.', en: '{state}, with {name}.' },
  'counselling.ask': { sv: 'Hänvisa till rådgivning', en: 'Refer to counselling' },
  'counselling.ask.basis': { sv: 'Vad har hyresgästen sagt?', en: 'What has the tenant said?' },
  'counselling.ask.consent': { sv: 'Har tackat ja', en: 'Has said yes' },
  'counselling.ask.offer': {
    sv: 'Inget ännu: rådgivaren erbjuder hjälp',
    en: 'Nothing yet: the counsellor offers help',
  },
  'counselling.ask.text': {
    sv: 'Rådgivaren får namn, adress och ärendenummer, inte akten. Ska mer lämnas ut behövs ett samtycke.',
    en: 'The counsellor gets name, address and case number, not the file. To tell more a consent is needed.',
  },
  'counselling.ask.error': { sv: 'Välj vad hyresgästen har sagt', en: 'Choose what the tenant has said' },
  'counselling.ask.done': {
    sv: 'Hushållet hänvisas till rådgivning.',
    en: 'The household is being referred to counselling.',
  },
  'counselling.times': { sv: 'Mina tider', en: 'My times' },
  'counselling.times.text': {
    sv: 'De kommande tre veckorna. Tiderna görs av kommunens veckomönster. Ta bort dem du inte kan, och lägg in fler.',
    en: "The coming three weeks. The times are made from the municipality's weekly pattern. Take out those you cannot, and add more.",
  },
  'counselling.times.none': { sv: 'Inga tider de kommande veckorna.', en: 'No times in the coming weeks.' },
  'counselling.free': { sv: 'Ledig', en: 'Free' },
  'counselling.time.add': { sv: 'Lägg in en tid', en: 'Add a time' },
  'counselling.time.added': { sv: 'Tiden är inlagd.', en: 'The time is added.' },
  'counselling.time.past': {
    sv: 'Tiden har redan varit. Välj en tid som kommer.',
    en: 'The time has passed. Choose one to come.',
  },
  'counselling.time.overlaps': {
    sv: 'Du har redan en tid som går in i den här. Välj en annan.',
    en: 'You already have a time that overlaps this one. Choose another.',
  },
  'counselling.time.withdraw': { sv: 'Ta bort', en: 'Take out' },
  'counselling.time.withdrawn': { sv: 'Tiden är borttagen.', en: 'The time is taken out.' },
  'counselling.time.booked': {
    sv: 'Tiden är bokad. Boka om mötet först, på hänvisningens sida.',
    en: 'The time is booked. Move the meeting first, on the page of the referral.',
  },
} as const
