// A landlord's file as tests write it: the template, one good row to change, and the bytes of each encoding.
import { COLUMN_NAMES } from '../../shared/domain/notice-file-columns.ts'

export const bytesOf = (text: string) => new TextEncoder().encode(text)
export const utf16 = (text: string, little: boolean) =>
  Uint8Array.from(text.split('').flatMap((unit) => bytesOfUnit(unit.charCodeAt(0), little)))
const bytesOfUnit = (unit: number, little: boolean) =>
  little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]
export const windows = (text: string) =>
  Uint8Array.from(text.split('').map((sign) => (sign === '€' ? 128 : sign.charCodeAt(0))))

export const template =
  'typ;egen_referens;hyresvard;hyresgast_namn;hyresgast_personnummer;adress;postnr;ort;lagenhetsnr;antal_rum;' +
  'period;forfallodag;belopp;betalt;ranta;att_betala_totalt;bankgiro;ocr;meddelandedatum;uppsagd_datum;' +
  'avsant_datum;avsandningssatt;delgiven_datum;kfm_malnr'

export type Row = Partial<Record<(typeof COLUMN_NAMES)[number], string>>

export const good: Row = {
  typ: 'rent-termination',
  egen_referens: 'H-1',
  hyresvard: 'Närkes Hyreshus AB',
  hyresgast_namn: 'Åsa Öberg',
  adress: 'Exempelgatan 1',
  postnr: '702 10',
  ort: 'Örebro',
  lagenhetsnr: '0012',
  period: '2026-12',
  forfallodag: '2026-11-30',
  belopp: '8 450,50',
}
export const row = (change: Row = {}) =>
  COLUMN_NAMES.slice(0, template.split(';').length)
    .map((name) => ({ ...good, ...change })[name] ?? '')
    .join(';')
export const fileOf = (...rows: string[]) => [template, ...rows].join('\r\n')
