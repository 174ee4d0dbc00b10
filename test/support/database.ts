/** A migrated database in memory, and small domain objects with overrides to fill it. */
import { inMemory, openDatabase, type WritableDb } from '../../electron/db/database.ts'
import { insertModelVersion, type NewModelVersion } from '../../electron/db/models.ts'
import type { Dataset } from '../../shared/dataset.ts'
import type { Candidate, ModelVersion } from '../../shared/model.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'

export function openTestDatabase(): WritableDb {
  return openDatabase(inMemory)
}

export function aDataset(overrides: Partial<Dataset> = {}): Dataset {
  return {
    id: 'dataset-1',
    name: 'Help desk',
    sourceName: 'help-desk.csv',
    sizeBytes: 42,
    contentSha256: 'a'.repeat(64),
    originalSha256: 'a'.repeat(64),
    createdAtMs: 1000,
    updatedAtMs: 1000,
    appliedFixes: [],
    lineage: null,
    scan: {
      findings: [],
      advice: [],
      lineCount: 3,
      rowCount: 2,
      usableRowCount: 2,
      columns: ['question', 'answer'],
      suggestedRoles: { question: 'question', answer: 'answer' },
      delimiter: ',',
      encoding: 'utf-8',
    },
    ...overrides,
  }
}

export function aCandidate(
  overrides: Partial<Omit<Candidate, 'versionId'>> = {},
): Omit<Candidate, 'versionId'> {
  const id = overrides.id ?? 'candidate-1'
  return {
    id,
    baseModelId: 'timbre-small',
    baseModelName: 'Timbre Small',
    promptTemplate: defaultPromptTemplate,
    hyperparameters: { epoch: '4' },
    trainingJobName: `job-${id}`,
    trainingJobArn: null,
    status: 'Queued',
    secondaryStatus: null,
    progress: null,
    failure: null,
    modelArtifactUri: null,
    createdAtMs: 2000,
    startedAtMs: null,
    endedAtMs: null,
    trainingSeconds: null,
    estimatedSeconds: null,
    cloud: null,
    parameterCount: null,
    billed: null,
    ...overrides,
  }
}

export function aNewVersion(overrides: Partial<NewModelVersion> = {}): NewModelVersion {
  return {
    id: 'version-1',
    workspaceId: 'local',
    datasetId: 'dataset-1',
    datasetName: 'Help desk',
    datasetSha256: 'a'.repeat(64),
    columns: { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 10,
    trainingRowCount: 160,
    validationRowCount: 40,
    samplePrompts: [],
    createdAtMs: 2000,
    candidates: [aCandidate()],
    ...overrides,
  }
}

/** Stores a model "Voice" with one version of one candidate. */
export function insertTestVersion(
  db: WritableDb,
  overrides: Partial<NewModelVersion> = {},
): ModelVersion {
  const model = {
    id: 'model-1',
    name: 'Voice',
    problemType: 'fine-tune-foundation-model' as const,
    createdAtMs: 2000,
  }
  return insertModelVersion(db, model, aNewVersion(overrides))
}
