/** The settings of two candidates, side by side. */
import type { Candidate, Model, ModelVersion } from '../../shared/model.ts'

export interface ComparedSetting {
  /** A hyperparameter's wire name, or that of another fact. */
  readonly name: string
  readonly values: readonly [string, string]
  readonly differs: boolean
}

/** Data first, then hyperparameters by name; '–' where one does not have it. */
export function settingsOf(model: Model, firstId: string, secondId: string): ComparedSetting[] {
  const first = factsOf(model, firstId)
  const second = factsOf(model, secondId)
  const names = new Set([...first.keys(), ...second.keys()])
  return [...names].map((name) => {
    const values = [first.get(name) ?? '–', second.get(name) ?? '–'] as const
    return { name, values, differs: values[0] !== values[1] }
  })
}

function factsOf(model: Model, candidateId: string): Map<string, string> {
  for (const version of model.versions) {
    const candidate = version.candidates.find(({ id }) => id === candidateId)
    if (candidate) return new Map([...dataFacts(version, candidate), ...hyperparameters(candidate)])
  }
  return new Map()
}

function dataFacts(version: ModelVersion, candidate: Candidate): [string, string][] {
  return [
    ['baseModel', candidate.baseModelName],
    ['dataset', `${version.datasetName} (${version.datasetSha256.slice(0, 8)})`],
    ['columns', `${version.columns.question} → ${version.columns.answer}`],
    ['trainingRows', String(version.trainingRowCount)],
    ['validationRows', String(version.validationRowCount)],
    ['splitSeed', String(version.splitSeed)],
    ['promptTemplate', candidate.promptTemplate.prompt],
  ]
}

function hyperparameters({ hyperparameters: all }: Candidate): [string, string][] {
  return Object.entries(all).toSorted(([a], [b]) => a.localeCompare(b))
}
