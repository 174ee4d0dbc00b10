/** The rows that an evaluation can draw from: never any that the candidate was trained on. */
import type { ColumnRoles, Dataset } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { EvaluationSource } from '../../shared/evaluation.ts'
import { builtInSets } from '../../shared/evaluationSets.ts'
import type { ModelVersion } from '../../shared/model.ts'
import { examplesOf, type Examples, type StoredExamples } from '../dataset/split/examples.ts'
import type { BuiltInSets } from './builtInSets.ts'

export interface EvaluationData {
  readonly source: EvaluationSource
  /** For people; null for the validation share. */
  readonly name: string | null
  readonly examples: Examples
  /** Around a question, before the candidate's own template. */
  readonly toPrompt: (question: string) => string
  /** What the voice is compared with; none where that would mean nothing. */
  readonly trained: () => Promise<Examples>
}

export interface EvaluationDataOptions {
  /** Validation rows without those that stand among the training rows as well. @throws AppError DatasetNotFound */
  readonly unseenExamples: (version: ModelVersion) => Promise<Examples>
  readonly trainingExamples: (version: ModelVersion) => Promise<StoredExamples>
  readonly getDataset: (id: string) => Dataset
  readonly usableExamples: (sha256: string, columns: ColumnRoles) => Promise<StoredExamples>
  /** Candidates without those whose question and answer are a trained row's. */
  readonly untrained: (
    candidates: StoredExamples,
    trained: StoredExamples,
  ) => Promise<StoredExamples>
  readonly builtInSets: BuiltInSets
}

/** @throws AppError DatasetNotFound, NoColumns, EvaluationSetMissing, DatasetTooSmall when no row is left */
export async function openEvaluationData(
  options: EvaluationDataOptions,
  version: ModelVersion,
  source: EvaluationSource,
): Promise<EvaluationData> {
  const data = await openSource(options, version, source)
  if (data.examples.count > 0) return data
  throw new AppError('DatasetTooSmall', 'No unseen rows are left to evaluate on', {
    details: { count: 0, minimum: 1 },
  })
}

async function openSource(
  options: EvaluationDataOptions,
  version: ModelVersion,
  source: EvaluationSource,
): Promise<EvaluationData> {
  const asked = (question: string) => question
  const trained = async () => (await withoutDeleted(options.trainingExamples(version))) ?? none
  switch (source.kind) {
    case 'validation': {
      const examples = await options.unseenExamples(version)
      return { source, name: null, examples, toPrompt: asked, trained }
    }
    case 'dataset': {
      const dataset = options.getDataset(source.datasetId)
      const columns = columnsOf(dataset, version.columns)
      const sha256 = source.sha256 || dataset.contentSha256
      const rows = await options.usableExamples(sha256, columns)
      const seen = await withoutDeleted(options.trainingExamples(version))
      return {
        source: { ...source, sha256 },
        name: dataset.name,
        examples: (seen && (await withoutDeleted(options.untrained(rows, seen)))) ?? rows,
        toPrompt: asked,
        trained,
      }
    }
    case 'builtIn': {
      const { template } = builtInSets[source.set]
      return {
        source,
        name: source.set,
        examples: examplesOf(await options.builtInSets.readExamples(source.set)),
        // Not replace(): a question may hold what would be a pattern there.
        toPrompt: (question) => template.split('$model_input').join(question),
        trained: async () => none,
      }
    }
  }
}

const none = examplesOf([])

/** What was learned from a dataset stays when it is deleted; its rows don't, and there is nothing to give back. */
async function withoutDeleted<T>(examples: Promise<T>): Promise<T | null> {
  return examples.catch((error: unknown): null => {
    if (error instanceof AppError && error.code === 'DatasetNotFound') return null
    throw error
  })
}

/** The version's own columns where it has them, its likely ones otherwise. @throws AppError NoColumns */
function columnsOf({ scan, name }: Dataset, known: ColumnRoles): ColumnRoles {
  const hasBoth = scan.columns.includes(known.question) && scan.columns.includes(known.answer)
  const columns = hasBoth ? known : scan.suggestedRoles
  if (columns) return columns
  throw new AppError('NoColumns', `${name} has no columns for questions and answers`, {
    details: { name },
  })
}
