// How old somebody is on a day, from the day they were born.

/** Whole years of age on `date`, for somebody born on `bornOn` (ISO days). */
export function ageAt(bornOn: string, date: string): number {
  const years = Number(date.slice(0, 4)) - Number(bornOn.slice(0, 4))
  return date.slice(5) >= bornOn.slice(5) ? years : years - 1
}
