/** Imports and repairs without end, until it is killed: `node killTask.ts FOLDER FILE`. */
import path from 'node:path'
import { createDatasetService } from '../../electron/dataset/datasetService.ts'
import { openDatabase } from '../../electron/db/database.ts'

const [folder = '', file = ''] = process.argv.slice(2)
const service = createDatasetService({
  db: openDatabase(path.join(folder, 'timbre.db')),
  contentDirectory: path.join(folder, 'content'),
  publish: () => undefined,
  clock: Date.now,
})
console.log('ready')
for (;;) {
  const { id } = await service.import(file)
  await service.fix(id, ['edge-space'])
  await service.undoFix(id)
}
