/** The rows of a table that training can use, as question/answer pairs. */
import type { ColumnRoles, TrainingExample } from '../../shared/dataset.ts'
import { fillInput } from '../../shared/inputTemplate.ts'
import { cellText, isBlank, type CsvRecord } from './csv.ts'
import { columnIndex, RowCheck } from './rowCheck.ts'
import type { Chunks } from './textEncoding.ts'
import { openTable, openText } from './textSource.ts'

/**
 * @param groupColumn whose cells the examples carry, for a split that keeps groups together
 * @throws AppError ColumnNotFound
 */
export async function readTrainingExamples(
  content: Chunks,
  roles: ColumnRoles,
  groupColumn?: string,
): Promise<TrainingExample[]> {
  const table = await openTable((await openText(content)).body)
  const check = new RowCheck(table, roles)
  const { question, answer } = check.roles
  const group = groupColumn === undefined ? -1 : columnIndex(table.columns, groupColumn)
  const { inputTemplate } = roles
  const indexOf = new Map(table.columns.map((column, index) => [column, index]))
  const promptOf = (record: CsvRecord) => {
    if (inputTemplate === undefined) return cellText(record, question)
    return fillInput(inputTemplate, (column) => {
      const index = indexOf.get(column)
      return index === undefined ? undefined : cellText(record, index)
    })
  }
  const examples: TrainingExample[] = []
  let hasHeader = false
  let row = 0
  const reader = check.reader((view) => {
    if (!hasHeader) {
      hasHeader = !isBlank(view.record())
      return
    }
    row += 1
    if (!check.check(view).isUsable) return
    const record = view.record()
    examples.push({
      prompt: promptOf(record),
      completion: cellText(record, answer),
      row,
      ...(group === -1 ? {} : { group: cellText(record, group) }),
    })
  })
  for await (const chunk of table.text) reader.push(chunk)
  reader.finish()
  return examples
}
