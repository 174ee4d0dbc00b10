/** Registers candidates in the account's Model Registry, with what the ML team needs to judge them. */
import { createHash } from 'node:crypto'
import { verdictOf, type EvaluationVerdict } from '../../shared/evaluationVerdict.ts'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import type { BaseModel } from '../../shared/model.ts'
import {
  metadataValue,
  type Approval,
  type PackageGroup,
  type RegisteredVersion,
  type RegisterRequest,
} from '../../shared/registry.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import {
  deleteVersion,
  listPackageGroups,
  listVersions,
  registerPackage,
  setApproval,
} from '../aws/modelRegistry.ts'
import { ensureBucket, putTextOnce } from '../aws/s3.ts'
import { getCandidate } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { findLatestEvaluation } from '../db/evaluations.ts'
import { listMetricPoints } from '../db/metrics.ts'
import { getModel, getVersion } from '../db/models.ts'
import { hostingOf, type HostingFacts } from '../endpoints/hosting.ts'
import { modelCard } from './modelCard.ts'
import { verdictText } from './verdictText.ts'

export interface ModelRegistryOptions extends HostingFacts {
  readonly db: ReadableDb
  readonly describeBaseModel: (id: string, workspaceId: string) => Promise<BaseModel>
  readonly leaderboard: (versionId: string) => LeaderboardEntry[]
  /** The report as HTML; null where it can't be made now. */
  readonly report: (candidateId: string) => Promise<string | null>
}

export interface ModelRegistry {
  groups(workspaceId: string): Promise<PackageGroup[]>
  versions(workspaceId: string, groupName: string): Promise<RegisteredVersion[]>
  /** @returns the ARN of the version @throws AppError CandidateNotReady, AccessDenied */
  register(request: RegisterRequest): Promise<string>
  approve(workspaceId: string, arn: string, approval: Approval, comment: string): Promise<void>
  remove(workspaceId: string, arn: string): Promise<void>
}

export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { db } = options

  async function register(request: RegisterRequest): Promise<string> {
    const candidate = getCandidate(db, request.candidateId)
    const version = getVersion(db, candidate.versionId)
    const model = getModel(db, version.modelId)
    const { workspaceId } = version
    const serving = await hostingOf(options, candidate, workspaceId)
    const connection = await options.connect(workspaceId)
    const baseModel = await options.describeBaseModel(candidate.baseModelId, workspaceId)
    const entry = options
      .leaderboard(version.id)
      .find(({ candidateId }) => candidateId === candidate.id)
    const evaluation = findLatestEvaluation(db, candidate.id)
    const verdict = evaluation && evaluation.rows.length > 0 ? verdictOf(evaluation.rows) : null
    const facts = lineageFacts({ model, version, candidate, baseModel, entry, verdict })
    const { clients, bucket } = connection
    await ensureBucket(clients, bucket)
    const put = async (name: string, content: string, type: string) => {
      const sha256 = createHash('sha256').update(content).digest('hex')
      const key = `${connection.prefix}/registry/${sha256}/${name}`
      await putTextOnce(connection, bucket, key, content, type)
      return { uri: `s3://${bucket}/${key}`, sha256 }
    }
    const points = listMetricPoints(db, candidate.id)
    const metrics = JSON.stringify({ candidate: candidate.id, facts, points })
    const report = await options.report(candidate.id)
    return registerPackage(connection, {
      groupName: request.groupName,
      groupDescription: `Fine-tuned with Timbre: ${model.name}`,
      description: request.description,
      serving,
      baseModel: {
        id: readBaseModelId(candidate.baseModelId).name,
        version: baseModel.version,
      },
      facts,
      metrics: await put('metrics.json', metrics, 'application/json'),
      report: report === null ? null : await put('report.html', report, 'text/html'),
      card: modelCard({ model, version, candidate, baseModel, facts, request }),
      // The same click sent twice is one version.
      clientToken: createHash('sha256')
        .update(JSON.stringify([candidate.id, request, metrics]))
        .digest('hex')
        .slice(0, 36),
    })
  }

  return {
    groups: async (workspaceId) => listPackageGroups(await options.connect(workspaceId)),
    versions: async (workspaceId, groupName) =>
      listVersions(await options.connect(workspaceId), groupName),
    register,
    approve: async (workspaceId, arn, approval, comment) =>
      setApproval(await options.connect(workspaceId), arn, approval, comment),
    remove: async (workspaceId, arn) => deleteVersion(await options.connect(workspaceId), arn),
  }
}

function lineageFacts({
  model,
  version,
  candidate,
  baseModel,
  entry,
  verdict,
}: {
  readonly model: ReturnType<typeof getModel>
  readonly version: ReturnType<typeof getVersion>
  readonly candidate: ReturnType<typeof getCandidate>
  readonly baseModel: BaseModel
  readonly entry: LeaderboardEntry | undefined
  readonly verdict: EvaluationVerdict | null
}): Record<string, string> {
  const settings = Object.fromEntries(
    Object.entries(candidate.hyperparameters).map(([name, value]) => [`setting ${name}`, value]),
  )
  const all: Record<string, string> = {
    model: `${model.name} V${version.number}`,
    'timbre candidate': candidate.id,
    'base model': candidate.baseModelId,
    'base model version': baseModel.version,
    license: baseModel.license,
    dataset: version.datasetName,
    'dataset sha256': version.datasetSha256,
    'training rows': String(version.trainingRowCount),
    'validation rows': String(version.validationRowCount),
    'training job': candidate.trainingJobName,
    ...settings,
  }
  if (entry)
    for (const [name, value] of Object.entries(entry))
      if (typeof value === 'number' && Number.isFinite(value)) all[name] = String(value)
  if (verdict) all['verdict'] = verdictText(verdict)
  return Object.fromEntries(
    Object.entries(all)
      .slice(0, 50)
      .map(([name, value]) => [metadataValue(name).slice(0, 128), metadataValue(value)]),
  )
}
