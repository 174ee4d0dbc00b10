/** What has not ended yet, by the names of the models. */
import type { OpenTrainings } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { listOpenCandidates } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { getModel, getVersion } from '../db/models.ts'

export function openTrainings(db: ReadableDb): OpenTrainings {
  const here = new Set<string>()
  const all = new Set<string>()
  for (const { versionId } of listOpenCandidates(db)) {
    const { modelId, workspaceId } = getVersion(db, versionId)
    const { name } = getModel(db, modelId)
    all.add(name)
    if (workspaceId === localWorkspaceId) here.add(name)
  }
  return { here: [...here], all: [...all] }
}
