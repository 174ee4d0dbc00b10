/** What a split of a file in place would give, as of a dataset: for the command line, without a data folder. */
import { basename } from 'node:path'
import type { SplitPreview, SplitRequest } from '../../../shared/workbench/splitPlan.ts'
import { openSource } from '../intake/source.ts'
import { aboutFile } from '../sourceFile.ts'
import { toUtf8 } from '../textEncoding.ts'
import { previewSplit } from './previewSplit.ts'

/**
 * @param path the file, and so is the content of a plan with a validation file
 * @throws AppError of `openSource`, ColumnNotFound, SplitImpossible, NothingToValidate, DiskFull
 */
export async function previewFileSplit(
  path: string,
  request: Omit<SplitRequest, 'datasetId'>,
): Promise<SplitPreview> {
  return previewSplit({ read: readFile, contentSha256: path, request })
}

/** As UTF-8, from the start each time. */
async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const source = await openSource(path).catch((error: unknown) => {
    throw aboutFile(error, basename(path))
  })
  try {
    yield* toUtf8(source.chunks(), source.encoding)
  } finally {
    await source.close()
  }
}
