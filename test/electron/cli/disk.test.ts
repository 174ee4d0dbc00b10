import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { diskLedgerSchema } from '../../../shared/diskLedger.ts'
import { tinyModelId } from '../../support/engine.ts'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'

const runSchema = z.object({ modelId: z.string() })

let line: CommandLine
beforeAll(async () => {
  line = await openCommandLine()
})
afterAll(() => line.remove())

test(
  'renames a model, moves it to the bin, shows what takes space, and puts it back',
  { timeout: 240_000 },
  async () => {
    const trained = await line.run(
      ...['run', '--data', line.csv, '--input', 'question', '--output', 'answer'],
      ...['--models', tinyModelId, '--epochs', '1', '--json'],
    )
    const { modelId: id } = runSchema.parse(JSON.parse(trained.stdout))
    const renamed = await line.run('rename', id, 'Front office')
    expect(renamed.stdout).toMatch(/^“.+” is called “Front office” now\.\n$/)
    const again = await line.run('rename', 'Front office', '前台', '--json')
    expect(JSON.parse(again.stdout)).toEqual({ id, name: '前台' })
    expect((await line.run('models')).stdout).toContain('  前台 V1 (')
    const refused = await line.run('rename', '前台', 'a/b')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain("This name can't be used.")
    const unknown = await line.run('rename', 'Front office', 'Any')
    expect(unknown).toMatchObject({ code: 1 })
    expect(unknown.stderr).toContain('There is no model Front office: 前台')
    const deleted = await line.run('disk', 'delete', 'model', id)
    expect(deleted.stdout).toBe(`In the bin for 30 days: model ${id}\n`)
    const shown = await line.run('disk')
    expect(shown.stdout).toContain('Comes with Timbre')
    expect(shown.stdout).toMatch(new RegExp(`Bin .*\\n.* model ${id}  `))
    const restored = await line.run('disk', 'restore', 'model', id, '--json')
    const ledger = diskLedgerSchema.parse(JSON.parse(restored.stdout))
    expect(ledger.bin).toEqual([])
    expect(ledger.items.find(({ kind }) => kind === 'model')?.id).toBe(id)
  },
)
