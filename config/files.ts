// Reads the data files of this folder: the law's, and one municipality's. The only place that knows where they lie.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const here = new URL('./', import.meta.url)

/** The text of one data file, by its path below config/. Throws when it is not there. */
export function readDataFile(path: string): string {
  return readFileSync(new URL(path, here), 'utf8')
}

/**
 * The folder of a municipality by its code (`1880`) or its whole name (`1880-orebro`). A fifth municipality is a
 * folder of files and no code; `folder` (a URL that ends in `/`) is where the folders lie. Throws and names the codes
 * there are when the code has no folder.
 */
export function municipalityFolder(code: string, folder = here): string {
  const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/municipality.json`, folder)))
  const found = names.find((name) => name === code || name.split('-')[0] === code)
  if (!found)
    throw new Error(
      `BOKVAR_MUNICIPALITY must be one of ${names.map((name) => name.split('-')[0]).join(', ')}`,
    )
  return found
}

/** The files of a municipality by name (`routing.csv`, `tasks.csv` …, `letters/first-contact.sv.txt` …), as text. */
export function municipalityFiles(code: string, folder = here): Map<string, string> {
  const own = new URL(`${municipalityFolder(code, folder)}/`, folder)
  const files = readdirSync(own).filter((file) => /\.(csv|json)$/.test(file))
  const letters = [...letterFiles(code, folder)].map(([file, text]) => [`letters/${file}`, text] as const)
  return new Map([
    ...files.map((file) => [file, readFileSync(new URL(file, own), 'utf8')] as const),
    ...letters,
  ])
}

/**
 * The letters' text files by name: those that every municipality has, and in their place or beside them the
 * municipality's own (`<folder>/letters/`). A code without a folder has the common ones.
 */
export function letterFiles(code: string, folder = here): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name === code || name.split('-')[0] === code)
  const places = names.map((name) => new URL(`${name}/letters/`, folder))
  const files = [new URL('letters/', here), ...places]
    .filter((place) => existsSync(place))
    .flatMap((place) =>
      readdirSync(place)
        .filter((file) => file.endsWith('.txt'))
        .map((file) => [file, readFileSync(new URL(file, place), 'utf8')] as const),
    )
  return new Map(files)
}
