import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readModelConfig, readModelWeights } from '../../electron/engine/model/modelFolder.ts'
import { TrainableModel } from '../../electron/engine/train/model.ts'

const root = path.join(import.meta.dirname, '../..')
const fixtures = path.join(root, 'test/fixtures/pretraining')
const length = 256
const rows = 64
const rowsAtOnce = 8

/** The report of pretrain_cuda.py, and the tokens that it took validation_loss over. */
test('the published weights have the held-out loss that PyTorch measured', async () => {
  const { validation_loss: reported } = z
    .object({ validation_loss: z.number() })
    .parse(JSON.parse(await readFile(path.join(fixtures, 'timbre-pico-en.json'), 'utf8')))
  const bytes = await readFile(path.join(fixtures, 'timbre-pico-en.bin'))
  const tokens = Array.from({ length: rows * length + 1 }, (_, at) => bytes.readUInt16LE(2 * at))

  const folder = path.join(root, 'models/timbre-pico-en')
  const config = await readModelConfig(folder)
  const model = new TrainableModel(config, 1)
  model.weights.flat.set((await readModelWeights(folder, config)).flat)
  let sum = 0
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = rowsAtOnce * length
    const piece = tokens.slice(row * length, row * length + count + 1)
    const { loss } = await model.evaluate({
      batch: rowsAtOnce,
      length,
      ids: BigInt64Array.from(piece.slice(0, -1), BigInt),
      rows: null,
      labels: BigInt64Array.from(piece.slice(1), BigInt),
      rowWeights: new Float32Array(count).fill(1 / count),
    })
    sum += loss
  }
  await model.close()
  expect(Math.abs(sum / (rows / rowsAtOnce) / reported - 1)).toBeLessThan(1e-4)
}, 600_000)
