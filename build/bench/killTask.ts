/** Imports, repairs and edits without end, one line after each time round, until it is killed: `node killTask.ts FOLDER FILE`. */
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
  await service.saveEdits(id, [{ kind: 'set', row: 7, column: 1, value: `Written ${Date.now()}` }])
  await service.undoFix(id)
  console.log('done')
}
