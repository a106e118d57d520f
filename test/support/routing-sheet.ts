// Small rules tables for tests: each row is the cells that matter, the rest of the sheet is filled in.
import { ROUTING_COLUMNS } from '../../shared/domain/routing-row.ts'
import { parseRoutingTable } from '../../shared/domain/routing-table.ts'
import type { RoutingTable } from '../../shared/domain/routing-table.ts'

export type Cells = Record<string, string>

/** The sheet with these rows; a row that gives no reason gets one. */
export function sheet(...rows: Cells[]): string {
  const lines = rows.map((row) => {
    const cells: Cells = {
      skal_sv: `skäl ${row['rad']}`,
      skal_en: `reason ${row['rad']}`,
      grund: 'INF',
      ...row,
    }
    return ROUTING_COLUMNS.map((column) => cells[column] ?? '').join(';')
  })
  return [ROUTING_COLUMNS.join(';'), ...lines].join('\n')
}

/** The table of these rows. Throws when one of them is a problem: then the test itself is wrong. */
export function tableOf(...rows: Cells[]): RoutingTable {
  const { table, problems } = parseRoutingTable(sheet(...rows))
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return table
}

export const fallback: Cells = { rad: '999', typ: 'OWNER', namnd: 'GAN', enhet: 'GAN-FS' }
export const gate: Cells = { rad: '5', typ: 'GATE', skyddad: 'ja', namnd: 'SN', enhet: 'SN-SKYDD' }
export const children: Cells = { rad: '20', typ: 'OWNER', barn: 'ja', namnd: 'SN', enhet: 'SN-BARN' }
