import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fixFile, scanFile } from '../../../electron/dataset/scanFile.ts'
import { findingCodeSchema } from '../../../shared/dataset.ts'

const root = join(import.meta.dirname, '../../..')
const manifestPath = join(root, 'test/fixtures/sample-faults.json')

/** File name in samples/ -> the faults that were planted in it, with the line of each. */
const manifestSchema = z.record(
  z.string(),
  z.array(z.object({ code: findingCodeSchema, line: z.number().int().positive() })),
)

test.skipIf(!existsSync(manifestPath))(
  'finds every planted fault of the samples on its line, and repairs them',
  async () => {
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestPath, 'utf8')))
    expect(Object.keys(manifest)).not.toEqual([])
    for (const [name, faults] of Object.entries(manifest)) {
      const path = join(root, 'samples', name)
      const { findings } = await scanFile(path)
      const found = findings.flatMap(({ code, examples }) =>
        examples.map(({ line }) => `${name} ${code} ${line}`),
      )
      const planted = faults.map(({ code, line }) => `${name} ${code} ${line}`)
      expect(found.sort()).toEqual(planted.sort())
      await expectRepaired(path)
    }
  },
)

async function expectRepaired(path: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'timbre-sample-'))
  try {
    const { after } = await fixFile(path, join(folder, 'repaired.csv'))
    expect(after.findings).toEqual([])
    expect(after.usableRowCount).toBeGreaterThanOrEqual(200)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
