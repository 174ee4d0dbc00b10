/** A second process for tests: opens the database at argv[2] and stores argv[3] metric points, one transaction each. */
import { openDatabase } from '../../electron/db/database.ts'
import { insertMetricPoints } from '../../electron/db/metrics.ts'

const [path = '', count = '0', metric = ''] = process.argv.slice(2)
const db = openDatabase(path)
for (let step = 0; step < Number(count); step += 1) {
  const point = { candidateId: 'candidate-1', step, value: step, loggedAtMs: step }
  insertMetricPoints(db, [{ ...point, metric: metric as 'train_loss' }]) // the test names a metric
}
db.close()
