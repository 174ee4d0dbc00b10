/** Jobs that were started with Canvas, the console or an SDK, taken into the history. */
import { randomUUID } from 'node:crypto'
import type { ForeignJob } from '../../shared/foreignJob.ts'
import { longestModelName, type ModelVersion } from '../../shared/model.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'
import {
  describeForeignAutoMLJob,
  describeForeignTrainingJob,
  type ForeignJob as DescribedJob,
} from '../aws/foreignJobs.ts'
import { listAutoMLJobs, listTrainingJobs } from '../aws/jobLists.ts'
import type { OpenAccount } from '../aws/workspace.ts'
import { findCandidateByJobName } from '../db/candidates.ts'
import type { WritableDb } from '../db/database.ts'
import { insertModelVersion, isModelNameTaken } from '../db/models.ts'

export interface AdoptionOptions {
  readonly db: WritableDb
  readonly open: (workspaceId: string) => Promise<OpenAccount>
  /** It is followed from then on. */
  readonly onAdopted: (version: ModelVersion) => void
  readonly now: () => number
}

export interface Adoption {
  /** The newest hundred of each kind, without those that are in the history. */
  list(workspaceId: string): Promise<ForeignJob[]>
  /** One that is in the history already is left as it is. @throws AppError NotFound */
  adopt(workspaceId: string, job: Pick<ForeignJob, 'jobName' | 'kind'>): Promise<void>
}

const mostListed = 100

export function createAdoption({ db, open, onAdopted, now }: AdoptionOptions): Adoption {
  function freeName(jobName: string): string {
    const name = jobName.slice(0, longestModelName - 4)
    for (let number = 2, tried = name; ; number += 1) {
      if (!isModelNameTaken(db, tried)) return tried
      tried = `${name} ${number}`
    }
  }

  function insert(workspaceId: string, job: DescribedJob, baseModelId: string): ModelVersion {
    const createdAtMs = now()
    return insertModelVersion(
      db,
      {
        id: randomUUID(),
        name: freeName(job.jobName),
        problemType: 'fine-tune-foundation-model',
        createdAtMs,
      },
      {
        id: randomUUID(),
        workspaceId,
        // Its rows are not here; what is known is where they are.
        datasetId: '',
        datasetName: job.dataUri,
        datasetSha256: '',
        columns: { question: '', answer: '' },
        validationFraction: 0,
        splitSeed: 0,
        trainingRowCount: 0,
        validationRowCount: 0,
        samplePrompts: [],
        createdAtMs,
        candidates: [
          {
            id: randomUUID(),
            baseModelId,
            baseModelName: job.baseModel,
            promptTemplate: defaultPromptTemplate,
            hyperparameters: job.hyperparameters,
            trainingJobName: job.jobName,
            trainingJobArn: job.arn,
            // As it is followed, status, times, log and curve come by themselves, of one that has ended as well.
            status: 'InProgress',
            secondaryStatus: null,
            progress: null,
            failure: null,
            modelArtifactUri: null,
            createdAtMs: job.createdAtMs,
            startedAtMs: null,
            endedAtMs: null,
            trainingSeconds: null,
            estimatedSeconds: null,
            cloud: null,
            parameterCount: null,
            billed: null,
          },
        ],
      },
    )
  }

  return {
    async list(workspaceId) {
      const { clients } = await open(workspaceId)
      const request = { changedAfterMs: null, most: mostListed }
      const listed = await Promise.all([
        listTrainingJobs(clients, request),
        listAutoMLJobs(clients, request),
      ])
      return listed
        .flat()
        .filter(({ jobName }) => findCandidateByJobName(db, jobName) === undefined)
        .toSorted((a, b) => b.createdAtMs - a.createdAtMs)
    },
    async adopt(workspaceId, { jobName, kind }) {
      if (findCandidateByJobName(db, jobName)) return
      const { clients } = await open(workspaceId)
      if (kind === 'training') {
        const job = await describeForeignTrainingJob(clients, jobName)
        onAdopted(insert(workspaceId, job, job.baseModel))
      } else {
        const job = await describeForeignAutoMLJob(clients, jobName)
        onAdopted(insert(workspaceId, job, `autopilot:${job.baseModel}`))
      }
    },
  }
}
