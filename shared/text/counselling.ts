// What the pages of debt counselling say about times, waiting, offers and tasks in other committees' cases.
export const counsellingTexts = {
  'counselling.case': { sv: 'Ärende', en: 'Case' },
  'counselling.to-referral': { sv: 'Till hänvisningen', en: 'To the referral' },
} as const
