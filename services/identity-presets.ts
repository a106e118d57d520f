// What each kind of identity provider calls things: which claim says who it is, and which how surely they signed in.
import { z } from 'zod'

const claim = z.string().min(1)
const preset = z.strictObject({
  /** Where the provider documents it, and when it was read. */
  source: z.string().min(1),
  scope: z.string().regex(/^openid\b/),
  level: z.strictObject({ claim, ask: z.array(z.string()), accept: z.array(z.string()) }),
  claims: z.strictObject({
    subject: claim,
    name: claim,
    username: claim,
    email: claim,
    organisationNumber: claim.nullable(),
    organisationName: claim.nullable(),
  }),
})

export type Preset = z.infer<typeof preset>

/** Who has signed in, as the provider tells it; what it does not tell is null. */
export type Told = {
  subject: string | null
  name: string | null
  username: string | null
  email: string | null
  organisationNumber: string | null
  organisationName: string | null
}

/**
 * One preset of config/identity/presets.json. `levels`, when given, take the place of those that it asks for and
 * accepts; `any` alone says that any sign-in will do. Throws and names the presets there are when there is none of that
 * name.
 */
export function presetNamed(file: string, name: string, levels: readonly string[] = []): Preset {
  const presets = z.record(z.string(), preset).parse(JSON.parse(file))
  const found = presets[name]
  if (!found) throw new Error(`An identity preset must be one of ${Object.keys(presets).join(', ')}`)
  if (levels.length === 0) return found
  if (levels.join() === 'any') return { ...found, level: { ...found.level, ask: [], accept: [] } }
  return { ...found, level: { ...found.level, ask: [...levels], accept: [...levels] } }
}

function textOf(claims: Readonly<Record<string, unknown>>, name: string | null): string | null {
  const value = name === null ? undefined : claims[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : null
}

/** Reads the claims by the preset's names. */
export function readClaims(claims: Readonly<Record<string, unknown>>, { claims: names }: Preset): Told {
  return {
    subject: textOf(claims, names.subject),
    name: textOf(claims, names.name),
    username: textOf(claims, names.username),
    email: textOf(claims, names.email),
    organisationNumber: textOf(claims, names.organisationNumber),
    organisationName: textOf(claims, names.organisationName),
  }
}

/** The level that the claims bear, of those that are good enough; null when none is. Without a demand any will do. */
export function levelOf(claims: Readonly<Record<string, unknown>>, { level }: Preset): string | null {
  const told = [claims[level.claim] ?? []].flat().filter((one) => typeof one === 'string')
  if (level.accept.length === 0) return told[0] ?? ''
  return told.find((one) => level.accept.includes(one)) ?? null
}

/**
 * In production a sign-in of unknown strength must be somebody's decision and not an omission: throws when the preset
 * demands no level and `levels` does not say `any`.
 */
export function demandLevels(preset: Preset, levels: readonly string[] | undefined, setting: string): Preset {
  if (preset.level.accept.length === 0 && levels?.join() !== 'any')
    throw new Error(
      `${setting} must name the levels of sign-in that do (two factors or more), or say any when the provider sees to it.`,
    )
  return preset
}
