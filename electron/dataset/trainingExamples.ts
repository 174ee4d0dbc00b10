/** The rows of a table that training can use, as question/answer pairs. */
import type { ColumnRoles, TrainingExample } from '../../shared/dataset.ts'
import { cellText, isBlank, readCsv } from './csv.ts'
import { RowCheck, roleIndices } from './rowCheck.ts'
import type { Chunks } from './textEncoding.ts'
import { openTable, openText } from './textSource.ts'

/** @throws AppError ColumnNotFound */
export async function readTrainingExamples(
  content: Chunks,
  roles: ColumnRoles,
): Promise<TrainingExample[]> {
  const table = await openTable((await openText(content)).body)
  const { question, answer } = roleIndices(table.columns, roles)
  const check = new RowCheck(table, roles)
  const examples: TrainingExample[] = []
  let hasHeader = false
  for await (const batch of readCsv(table.text, table)) {
    for (const record of batch) {
      if (!hasHeader) {
        hasHeader = !isBlank(record)
        continue
      }
      if (!check.check(record).isUsable) continue
      examples.push({ prompt: cellText(record, question), completion: cellText(record, answer) })
    }
  }
  return examples
}
