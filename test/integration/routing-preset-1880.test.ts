// Örebro: every example beside its rules, through the database, comes out as its officer expects.
import { expect, test } from '@jest/globals'
import { municipalityFiles } from '../../config/files.ts'
import { expectExamples, openPreset } from '../support/preset-examples.ts'

test('every example of Örebro gets the owner, the units called in and the row that is written beside the rules', async () => {
  const files = municipalityFiles('1880')
  const on = await openPreset(files)
  try {
    expect(await expectExamples(on, files)).toBeGreaterThanOrEqual(25)
  } finally {
    await on.close()
  }
})
