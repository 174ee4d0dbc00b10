/** From a plan to the rows of both sides, read from the contents that the plan was made for. */
import type { ColumnRoles, TrainingExample } from '../../shared/dataset.ts'
import type { SplitPlan } from '../../shared/workbench/splitChoice.ts'
import type { SplitRequest } from '../../shared/workbench/splitPlan.ts'
import { splitExamples, type SplitExamples } from './splitExamples.ts'

export type ReadExamples = (
  datasetId: string,
  columns: ColumnRoles,
  contentSha256?: string,
  groupColumn?: string,
) => Promise<TrainingExample[]>

/** @param contentSha256 the state of the dataset that is divided */
export type ReadSplit = (request: SplitRequest, contentSha256: string) => Promise<SplitExamples>

/** @throws AppError ColumnNotFound, DatasetNotFound, SplitImpossible */
export function createReadSplit(readExamples: ReadExamples): ReadSplit {
  return async (request, contentSha256) => {
    const { datasetId, columns, split } = request
    const groupColumn = split?.kind === 'group' ? split.column : undefined
    const examples = await readExamples(datasetId, columns, contentSha256, groupColumn)
    const validation =
      split?.kind === 'file'
        ? await readExamples(split.datasetId, columns, split.contentSha256)
        : []
    return splitExamples(examples, request, validation)
  }
}

/** A validation file in the state that it is in now, so that the version finds the same rows later. */
export async function pinPlan(
  plan: SplitPlan | undefined,
  contentOf: (datasetId: string) => Promise<string>,
): Promise<SplitPlan | undefined> {
  if (plan?.kind === 'random') return undefined
  if (plan?.kind !== 'file') return plan
  return { ...plan, contentSha256: await contentOf(plan.datasetId) }
}
