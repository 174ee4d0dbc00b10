import { afterAll, beforeAll, expect, test } from 'vitest'
import { diskLedgerSchema } from '../../../shared/diskLedger.ts'
import { tinyModelId } from '../../support/engine.ts'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'

let line: CommandLine
beforeAll(async () => {
  line = await openCommandLine()
})
afterAll(() => line.remove())

test('shows what takes space, moves to the bin, puts back and erases', async () => {
  const trained = await line.run(
    ...['run', '--data', line.csv, '--input', 'question', '--output', 'answer'],
    ...['--models', tinyModelId, '--epochs', '1', '--json'],
  )
  expect(trained.stderr).toBe('')
  const ledger = async () =>
    diskLedgerSchema.parse(JSON.parse((await line.run('disk', '--json')).stdout))
  const model = (await ledger()).items.find(({ kind }) => kind === 'model')
  const id = model?.id ?? ''
  const shown = await line.run('disk')
  expect(shown.stdout).toContain(`model ${id}`)
  expect(shown.stdout).toContain('Comes with Timbre')

  expect((await line.run('disk', 'delete', 'model', id)).stdout).toContain('In the bin for 30 days')
  expect((await ledger()).bin.map((entry) => entry.id)).toEqual([id])
  expect((await line.run('disk', 'restore', 'model', id)).stdout).toContain('Put back')
  await line.run('disk', 'delete', 'model', id)
  expect((await line.run('disk', 'erase', 'model', id)).stdout).toContain('Erased')
  const after = await ledger()
  expect(after.bin).toEqual([])
  expect(after.items.some(({ kind }) => kind === 'model')).toBe(false)
  const again = await line.run('disk', 'restore', 'model', id)
  expect([again.code, again.stderr.trim()]).toEqual([1, 'This is not in the bin any more.'])
})
