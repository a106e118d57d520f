// A fifth municipality is a folder of files and no code; a folder that does not hang together stops the start.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { municipalityFiles } from '../../config/files.ts'
import { loadMunicipality } from '../../shared/casework/load-municipality.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { freshDatabase } from '../support/cluster.ts'
import { expectExamples, openPreset } from '../support/preset-examples.ts'

let base = ''
const edit = (name: string, from: string | RegExp, to: string) => {
  const file = join(base, '1984-arboga', name)
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
}

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'bokvar-config-'))
  cpSync(join(import.meta.dirname, '../../config/0880-kalmar'), join(base, '1984-arboga'), {
    recursive: true,
  })
  edit('municipality.json', '"code": "0880"', '"code": "1984"')
  edit('municipality.json', /"name": "[^"]*"/, '"name": "Arboga kommun"')
})
afterAll(() => rmSync(base, { recursive: true }))

test('loads, routes its examples and is who it says it is', async () => {
  const files = municipalityFiles('1984', pathToFileURL(`${base}/`))
  const on = await openPreset(files)
  try {
    const row = await on.owner.selectFrom('municipality').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ code: '1984', name: 'Arboga kommun' })
    expect(await expectExamples(on, files)).toBeGreaterThanOrEqual(25)
  } finally {
    await on.close()
  }
})

test('with a unit that is gone it does not start: file, row, column and reason are named, and nothing is loaded', async () => {
  edit('units.csv', /^SN-MOBIL;/m, 'SN-BORTA;')
  const { url, drop } = await freshDatabase()
  const owner = openDatabase({ url, role: 'owner', max: 1 })
  try {
    const files = municipalityFiles('1984', pathToFileURL(`${base}/`))
    await expect(loadMunicipality(owner, files)).rejects.toThrow(
      'routing.csv, row 110, enhet, Row 110: "SN-MOBIL" does not exist.',
    )
    expect(await owner.selectFrom('ruleVersion').select('id').execute()).toEqual([])
    expect(await owner.selectFrom('municipality').select('code').execute()).toEqual([])
  } finally {
    await owner.destroy()
    await drop()
  }
})
