/** One more row at the end of a dataset, as a step that can be undone. */
import { stringify } from 'csv-stringify/sync'
import type { Dataset } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { DatasetService } from './datasetService.ts'

/** In its question and answer columns; the others stay empty. @throws AppError ColumnNotFound */
export async function appendRow(
  datasets: DatasetService,
  { id, contentSha256, scan }: Dataset,
  question: string,
  answer: string,
): Promise<Dataset> {
  const { columns, delimiter, suggestedRoles } = scan
  if (suggestedRoles === null)
    throw new AppError('ColumnNotFound', 'The dataset has no question and answer column', {
      details: { column: '', columns: columns.join(', ') },
    })
  const row = columns.map((column) =>
    column === suggestedRoles.question ? question : column === suggestedRoles.answer ? answer : '',
  )
  async function* written(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(stringify([columns], { delimiter }))
    for await (const rows of datasets.rowStore.stream(contentSha256))
      yield Buffer.from(
        stringify(
          rows.map(({ cells }) => cells),
          { delimiter },
        ),
      )
    yield Buffer.from(stringify([row], { delimiter }))
  }
  return datasets.addVersion(id, { code: 'edit', count: 1 }, written())
}
