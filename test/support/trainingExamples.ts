/** The rows of a table that training can use, all at once. */
import { BitSet } from '../../electron/dataset/bitSet.ts'
import { readExamples, readUsableRows } from '../../electron/dataset/split/trainingExamples.ts'
import type { Chunks } from '../../electron/dataset/textEncoding.ts'
import type { ColumnRoles, TrainingExample } from '../../shared/dataset.ts'
import { collect } from './collect.ts'

/** @param content that can be read twice */
export async function trainingExamplesOf(
  content: Chunks,
  roles: ColumnRoles,
): Promise<TrainingExample[]> {
  const rows = BitSet.of(await readUsableRows(content, roles))
  return (await collect(readExamples(content, roles, rows))).flat()
}
