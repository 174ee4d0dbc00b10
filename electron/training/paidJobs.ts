/** Jobs that accounts are paid for now, whether or not this program runs. */
import { transformCost } from '../../shared/batch.ts'
import { currencySchema } from '../../shared/cost.ts'
import type { PaidJob } from '../../shared/runningCost.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { listBatches } from '../db/batches.ts'
import { listOpenCandidates } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { getVersion } from '../db/models.ts'
import { costOfRun, findRunCost } from '../db/runCosts.ts'

export function paidJobs(db: ReadableDb): PaidJob[] {
  return [...trainings(db), ...transforms(db)]
}

/** One that waits for its machine costs nothing yet. */
function trainings(db: ReadableDb): PaidJob[] {
  return listOpenCandidates(db).flatMap(({ id, versionId, startedAtMs }) => {
    if (getVersion(db, versionId).workspaceId === localWorkspaceId) return []
    const cost = findRunCost(db, id)
    if (!cost && startedAtMs === null) return []
    return {
      kind: 'training' as const,
      id,
      price: cost
        ? {
            perHour: cost.pricePerHour,
            currency: currencySchema.parse(cost.currency),
            reckonedIn: cost.reckonedIn,
          }
        : null,
      soFar: cost ? costOfRun(cost) : 0,
    }
  })
}

/** Named as long as it may run, also where its answer was lost or nobody waits for it at the moment; one that was refused has no name. */
function transforms(db: ReadableDb): PaidJob[] {
  return listBatches(db).flatMap(({ id, transform }) =>
    transform === null || transform.jobName === null
      ? []
      : {
          kind: 'transform' as const,
          id,
          price: transform.price,
          soFar: transformCost(transform) ?? 0,
        },
  )
}
