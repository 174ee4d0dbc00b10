/** Objects of a Parquet file, a few thousand rows at a time. */
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { AppError } from '../../../shared/errors.ts'

const batchRows = 4096

export interface ParquetTable {
  readonly columns: readonly string[]
  /** In batches. */
  objects(): AsyncGenerator<Record<string, unknown>[]>
}

/** @throws AppError FileDamaged */
export async function openParquet(path: string): Promise<ParquetTable> {
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
    const total = Number(metadata.num_rows)
    async function* objects(): AsyncGenerator<Record<string, unknown>[]> {
      for (let rowStart = 0; rowStart < total; rowStart += batchRows) {
        const rowEnd = Math.min(rowStart + batchRows, total)
        try {
          yield await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })
        } catch (error) {
          throw damaged(error)
        }
      }
    }
    return { columns, objects }
  } catch (error) {
    throw damaged(error)
  }
}

function damaged(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error)
  return new AppError('FileDamaged', reason, { details: { reason }, cause: error })
}
