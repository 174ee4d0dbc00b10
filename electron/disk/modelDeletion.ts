/** What deleting a model takes away, and what it leaves. */
import type { DiskLedger } from '../../shared/diskLedger.ts'
import { isTerminal } from '../../shared/model.ts'
import type { ModelDeletion } from '../../shared/modelDeletion.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { countConversationsWith } from '../db/conversations.ts'
import type { ReadableDb } from '../db/database.ts'
import { listDatasets } from '../db/datasets.ts'
import { countEvaluated } from '../db/evaluations.ts'
import { getShownModel } from '../db/models.ts'
import { findItem } from './ledger.ts'

/** @throws AppError ModelNotFound for one that is in the bin already */
export function describeModelDeletion(
  db: ReadableDb,
  modelId: string,
  ledger: DiskLedger,
  endpointsOf: (modelUri: string) => readonly string[],
): ModelDeletion {
  const { versions } = getShownModel(db, modelId)
  const candidates = versions.flatMap((version) =>
    version.candidates.map((candidate) => ({ ...candidate, workspaceId: version.workspaceId })),
  )
  const ids = candidates.map(({ id }) => id)
  const open = candidates.filter(({ status }) => !isTerminal(status))
  const here = open.filter(({ workspaceId }) => workspaceId === localWorkspaceId).length
  const datasetIds = new Set(versions.map(({ datasetId }) => datasetId))
  return {
    versions: versions.length,
    candidates: candidates.length,
    reports: countEvaluated(db, ids),
    freesBytes: findItem(ledger, { kind: 'model', id: modelId })?.freesBytes ?? null,
    trainings: { here, inAws: open.length - here },
    datasets: listDatasets(db)
      .filter(({ id }) => datasetIds.has(id))
      .map(({ name }) => name),
    conversations: countConversationsWith(db, ids),
    endpoints: [
      ...new Set(
        candidates.flatMap(({ modelArtifactUri }) =>
          modelArtifactUri === null ? [] : endpointsOf(modelArtifactUri),
        ),
      ),
    ],
  }
}
