/** A dataset that takes several threads to profile, and the task to do so. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createDatasetService } from '../../electron/dataset/datasetService.ts'
import type { ProfileTask } from '../../electron/dataset/profile/profileTask.ts'
import { stripesOf } from '../../electron/dataset/profile/stripes.ts'
import { inMemory, openDatabase } from '../../electron/db/database.ts'

/** @param directory where it may keep what it needs */
export async function profileTaskIn(
  directory: string,
): Promise<{ task: ProfileTask; stripeCount: number }> {
  const contentDirectory = path.join(directory, 'content')
  const db = openDatabase(inMemory)
  const clock = () => 1000
  const datasets = createDatasetService({ db, contentDirectory, publish: () => undefined, clock })
  const file = path.join(directory, 'rows.csv')
  const rows = Array.from({ length: 70_000 }, (_, row) => `Where is order ${row}?,Answer ${row}.`)
  await writeFile(file, `question,answer\n${rows.join('\n')}\n`)
  const { id, contentSha256 } = await datasets.import(file)
  const stripeCount = stripesOf(await datasets.rowStore.open(contentSha256)).length
  db.close()
  const task: ProfileTask = {
    ...{ kind: 'profile', contentDirectory, contentSha256, edits: [], datasetId: id },
    ...{ columns: { question: 'question', answer: 'answer' }, tokenizer: null },
  }
  return { task, stripeCount }
}
