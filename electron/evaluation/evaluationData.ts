/** The rows that an evaluation can draw from: never any that the candidate was trained on. */
import type { ColumnRoles, Dataset, TrainingExample } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { EvaluationSource } from '../../shared/evaluation.ts'
import { builtInSets } from '../../shared/evaluationSets.ts'
import type { ModelVersion } from '../../shared/model.ts'
import type { BuiltInSets } from './builtInSets.ts'

export interface EvaluationData {
  readonly source: EvaluationSource
  /** For people; null for the validation share. */
  readonly name: string | null
  readonly examples: readonly TrainingExample[]
  /** Around a question, before the candidate's own template. */
  readonly toPrompt: (question: string) => string
  /** What the voice is compared with; empty where that would mean nothing. */
  readonly trainingAnswers: () => Promise<string[]>
}

export interface EvaluationDataOptions {
  /** Validation rows without those that stand among the training rows as well. @throws AppError DatasetNotFound */
  readonly unseenExamples: (version: ModelVersion) => Promise<TrainingExample[]>
  readonly trainingExamples: (version: ModelVersion) => Promise<TrainingExample[]>
  readonly getDataset: (id: string) => Dataset
  readonly readExamples: (
    id: string,
    columns: ColumnRoles,
    sha256: string,
  ) => Promise<TrainingExample[]>
  readonly builtInSets: BuiltInSets
}

/** @throws AppError DatasetNotFound, NoColumns, EvaluationSetMissing, DatasetTooSmall when no row is left */
export async function openEvaluationData(
  options: EvaluationDataOptions,
  version: ModelVersion,
  source: EvaluationSource,
): Promise<EvaluationData> {
  const data = await openSource(options, version, source)
  if (data.examples.length > 0) return data
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
  const trainingAnswers = async () =>
    (await withoutDeleted(options.trainingExamples(version))).map(({ completion }) => completion)
  switch (source.kind) {
    case 'validation': {
      const examples = await options.unseenExamples(version)
      return { source, name: null, examples, toPrompt: asked, trainingAnswers }
    }
    case 'dataset': {
      const dataset = options.getDataset(source.datasetId)
      const columns = columnsOf(dataset, version.columns)
      const sha256 = source.sha256 || dataset.contentSha256
      const rows = await options.readExamples(dataset.id, columns, sha256)
      const keyOf = ({ prompt, completion }: TrainingExample) =>
        JSON.stringify([prompt, completion])
      const seen = new Set((await withoutDeleted(options.trainingExamples(version))).map(keyOf))
      return {
        source: { ...source, sha256 },
        name: dataset.name,
        examples: rows.filter((row) => !seen.has(keyOf(row))),
        toPrompt: asked,
        trainingAnswers,
      }
    }
    case 'builtIn': {
      const { template } = builtInSets[source.set]
      return {
        source,
        name: source.set,
        examples: await options.builtInSets.readExamples(source.set),
        // Not replace(): a question may hold what would be a pattern there.
        toPrompt: (question) => template.split('$model_input').join(question),
        trainingAnswers: async () => [],
      }
    }
  }
}

/** What was learned from a dataset stays when it is deleted; its rows don't. */
async function withoutDeleted(examples: Promise<TrainingExample[]>): Promise<TrainingExample[]> {
  return examples.catch((error: unknown): TrainingExample[] => {
    if (error instanceof AppError && error.code === 'DatasetNotFound') return []
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
