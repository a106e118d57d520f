// The municipality's look in versions: name, colours that can be told apart, and a logo that can run nothing.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { contrastFaults, readColour, type Colours } from '../domain/contrast.ts'
import { readLogo } from '../domain/logo.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor } from './act.ts'

/** The look as the frame shows it; the logo itself is fetched by itself. */
export type Theme = Colours & { version: number; name: string; logoType: string | null }

/** The newest look; null while nobody has made one: then the service's own is shown. */
export async function readTheme(db: Db): Promise<Theme | null> {
  const { rows } = await sql<Theme>`select version, name, brand, brand_text, link, logo_type from theme
    order by version desc limit 1`.execute(db)
  return rows[0] ?? null
}

/** The newest logo with its type; null when there is none. */
export async function readThemeLogo(db: Db): Promise<{ bytes: Buffer; type: string } | null> {
  const { rows } = await sql<{
    logo: Buffer | null
    logoType: string | null
  }>`select logo, logo_type from theme
    order by version desc limit 1`.execute(db)
  const [found] = rows
  return found?.logo && found.logoType ? { bytes: found.logo, type: found.logoType } : null
}

/** What a person has filled in. `logo`: new bytes, `keep` the one there is, `none` without one. */
export type ThemeWish = Record<keyof Colours | 'name', string> & { logo: Buffer | 'keep' | 'none' }

type Words = { sv: string; en: string }
const said = ({ field, code, reason }: { field: string; code: string; reason: Words }): Problem => ({
  pointer: `/${field}`,
  code,
  detail: reason.sv,
  en: reason.en,
})

/** What is wrong with the wish: colours that cannot be told apart name the pair and its ratio. */
function faultsOf(wish: ThemeWish): { problems: Problem[]; colours: Colours | null } {
  const problems: Problem[] = []
  const name = wish.name.trim()
  if (name === '' || name.length > 60)
    problems.push(
      said({
        field: 'name',
        code: 'theme.name',
        reason: {
          sv: 'Skriv kommunens namn, högst 60 tecken.',
          en: 'Write the municipality’s name, at most 60 characters.',
        },
      }),
    )
  const read = (field: keyof Colours): string | null => {
    const colour = readColour(wish[field])
    const reason = {
      sv: 'Skriv färgen som # och sex tecken, till exempel #1f5c57.',
      en: 'Write the colour as # and six digits, for example #1f5c57.',
    }
    if (!colour) problems.push(said({ field, code: 'theme.colour', reason }))
    return colour
  }
  const [brand, brandText, link] = [read('brand'), read('brandText'), read('link')]
  const colours = brand && brandText && link ? { brand, brandText, link } : null
  if (colours) problems.push(...contrastFaults(colours).map(said))
  if (Buffer.isBuffer(wish.logo)) {
    const logo = readLogo(wish.logo)
    if ('code' in logo) problems.push(said({ field: 'logo', ...logo }))
  }
  return { problems, colours }
}

/**
 * Makes a new version of the look. Refuses `theme.unfit` with a problem for each field: a colour that is none, a pair
 * that cannot be told apart with its ratio, a logo that is not a plain picture. The same look again is the same version.
 */
export async function saveTheme(db: Db, actor: Actor, wish: ThemeWish): Promise<Theme> {
  const { problems, colours } = faultsOf(wish)
  if (problems.length > 0 || !colours)
    throw new Refusal('unprocessable', 'theme.unfit', 'Utseendet kan inte användas. Se fälten.', problems)
  return inContext(db, actor, async (trx) => {
    await lockTexts(trx, ['theme'])
    const logo = Buffer.isBuffer(wish.logo) ? wish.logo : null
    const read = logo && readLogo(logo)
    const type = read && 'type' in read ? read.type : null
    const { brand, brandText, link } = colours
    await sql`insert into theme (name, brand, brand_text, link, logo, logo_type, made_by)
      select w.* from (select ${wish.name.trim()}::text as name, ${brand}::text as brand, ${brandText}::text as brand_text, ${link}::text as link,
        case when ${wish.logo === 'keep'} then l.logo else ${logo}::bytea end as logo,
        case when ${wish.logo === 'keep'} then l.logo_type else ${type}::text end as logo_type, ${actor.personId}::uuid as made_by
        from (select 1) one left join (select * from theme order by version desc limit 1) l on true) w
      where not exists (select 1 from (select * from theme order by version desc limit 1) t
        where (t.name, t.brand, t.brand_text, t.link) = (w.name, w.brand, w.brand_text, w.link) and t.logo is not distinct from w.logo)`.execute(
      trx,
    )
    const { rows } = await sql<Theme>`select version, name, brand, brand_text, link, logo_type from theme
      order by version desc limit 1`.execute(trx)
    return rows[0] as Theme
  })
}
