/** One more row at the end of a dataset, as a step that can be undone. */
import type { Dataset } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { DatasetService } from './datasetService.ts'

/** In its question and answer columns; the others stay empty. @throws AppError ColumnNotFound */
export async function appendRow(
  datasets: DatasetService,
  { id, scan }: Dataset,
  question: string,
  answer: string,
): Promise<Dataset> {
  const { columns, suggestedRoles } = scan
  if (suggestedRoles === null)
    throw new AppError('ColumnNotFound', 'The dataset has no question and answer column', {
      details: { column: '', columns: columns.join(', ') },
    })
  const row = columns.map((column) =>
    column === suggestedRoles.question ? question : column === suggestedRoles.answer ? answer : '',
  )
  return datasets.saveEdits(id, [{ kind: 'add', rows: [row] }])
}
