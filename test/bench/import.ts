// Measures the import of landlords' files: rows a second from the answer until each row is a notice.
import { sql } from 'kysely'
import { readNoticeFiles } from '../../shared/casework/notice-files.ts'
import { COLUMN_NAMES } from '../../shared/domain/notice-file-columns.ts'
import { openApi } from '../support/api.ts'

const FILE_ROWS = 5_000

export type ImportRun = { rows: number; files: number; accepted: number; seconds: number }

function rowOf(n: number): string {
  const cells: Record<string, string> = {
    typ: 'rent-termination',
    egen_referens: `I-${n}`,
    hyresvard: 'Exempelfastigheter i Örebro AB',
    hyresgast_namn: `Exempel Person ${n}`,
    adress: `Storgatan ${n % 97}`,
    postnr: '702 10',
    ort: 'Örebro',
    lagenhetsnr: String(1000 + n),
    antal_rum: '2',
    period: '2026-10',
    forfallodag: '2026-09-30',
    belopp: '8450,50',
    att_betala_totalt: '8450,50',
    bankgiro: '5050-1055',
    meddelandedatum: '2026-11-18',
    uppsagd_datum: '2026-11-18',
    avsant_datum: '2026-11-18',
  }
  return COLUMN_NAMES.map((name) => cells[name] ?? '').join(';')
}

function multipart(csv: string): { raw: Buffer; headers: Record<string, string> } {
  const edge = '----bench'
  const head = `--${edge}\r\nContent-Disposition: form-data; name="file"; filename="bench.csv"\r\nContent-Type: text/csv\r\n\r\n`
  return {
    raw: Buffer.from(`${head}${csv}\r\n--${edge}--\r\n`),
    headers: { 'content-type': `multipart/form-data; boundary=${edge}` },
  }
}

/** Sends `rows` rows as files of five thousand and works them off as a worker would. */
export async function measureImport(rows: number): Promise<ImportRun> {
  const api = await openApi()
  try {
    const files = Math.ceil(rows / FILE_ROWS)
    const bodies = Array.from({ length: files }, (_, file) =>
      [
        COLUMN_NAMES.join(';'),
        ...Array.from({ length: FILE_ROWS }, (__, n) => rowOf(file * FILE_ROWS + n)),
      ].join('\n'),
    )
    const from = performance.now()
    for (const csv of bodies) {
      const { status, body } = await api.call('/v1/notice-files', {
        as: 'landlord',
        method: 'POST',
        ...multipart(csv),
      })
      if (status !== 202) throw new Error(`A file was answered ${status}`)
      await readNoticeFiles(api.worker, api.tools, [(body as { id: string }).id])
    }
    const seconds = (performance.now() - from) / 1000
    const { rows: counted } = await sql<{ n: number }>`select count(*)::int as n from notice`.execute(
      api.owner,
    )
    return { rows, files, accepted: counted[0]?.n ?? 0, seconds }
  } finally {
    await api.stop()
  }
}
