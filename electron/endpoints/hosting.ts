/** What it takes to serve a trained candidate, whichever way it was trained. */
import type { EndpointVariant } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { findInferenceContainer } from '../aws/autoMLJobs.ts'
import type { HubModel } from '../aws/hubDocument.ts'
import type { Connection } from '../aws/workspace.ts'
import { autopilotModels } from '../training/ways/autopilotModels.ts'
import { artifactOf } from './trainedModel.ts'

export interface HostingFacts {
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly describeHubModel: (id: string, workspaceId: string) => Promise<HubModel>
}

export interface Hosting extends Pick<
  EndpointVariant,
  | 'modelUri'
  | 'image'
  | 'instanceType'
  | 'environment'
  | 'downloadSeconds'
  | 'startSeconds'
  | 'machineImage'
> {
  /** The suggested one first. */
  readonly instanceTypes: readonly string[]
}

/** SageMaker's guide names it for Autopilot's models of seven billion parameters. */
const autopilotInstanceType = 'ml.g5.12xlarge'

/**
 * @param instanceType left out: the suggested one
 * @throws AppError CandidateNotReady, NotServedByEndpoint for a model whose weights stay with Bedrock
 */
export async function hostingOf(
  facts: HostingFacts,
  candidate: Candidate,
  workspaceId: string,
  instanceType?: string,
): Promise<Hosting> {
  const modelUri = artifactOf(candidate)
  const { way, name } = readBaseModelId(candidate.baseModelId)
  switch (way) {
    case 'bedrock':
      throw new AppError('NotServedByEndpoint', 'Bedrock serves its models itself')
    case 'autopilot': {
      const connection = await facts.connect(workspaceId)
      const container = await findInferenceContainer(connection.clients, candidate.trainingJobName)
      const hubModel = await facts
        .describeHubModel(hubIdOf(name, connection), workspaceId)
        .catch(noHubModel)
      const hosting = hubModel && ofHubModel(hubModel, modelUri, instanceType)
      return {
        modelUri: container.modelUri ?? modelUri,
        image: container.image,
        environment: container.environment,
        instanceType: hosting?.instanceType || (instanceType ?? autopilotInstanceType),
        instanceTypes: hosting?.instanceTypes ?? [autopilotInstanceType],
        downloadSeconds: hosting?.downloadSeconds ?? null,
        startSeconds: hosting?.startSeconds ?? null,
        machineImage: null,
      }
    }
    // A serverless job's weights are those of a hub model as well.
    case 'serverless':
    case 'jumpStart':
      return ofHubModel(await facts.describeHubModel(name, workspaceId), modelUri, instanceType)
  }
}

export function ofHubModel(
  { hostingImage, hostingInstanceType, hosting }: HubModel,
  modelUri: string,
  instanceType = hostingInstanceType,
): Hosting {
  const family = hosting.variants[instanceType.split('.')[1] ?? '']
  const type = hosting.variants[instanceType]
  return {
    modelUri,
    image: type?.image ?? family?.image ?? hostingImage,
    instanceType,
    instanceTypes: hosting.instanceTypes,
    environment: { ...hosting.environment, ...family?.environment, ...type?.environment },
    downloadSeconds: hosting.downloadSeconds,
    startSeconds: hosting.startSeconds,
    machineImage: hosting.machineImage,
  }
}

/** On this computer the engine trains its own hub's models for Autopilot. */
function hubIdOf(name: string, { kind }: Connection): string {
  if (kind === 'local') return name
  return autopilotModels.find((model) => model.name === name)?.hubId ?? name
}

/** One that the hub has no more, or whose document can't be read: the guide's machine has to do. */
function noHubModel(error: unknown): null {
  if (error instanceof AppError && ['NotFound', 'BaseModelUnusable'].includes(error.code))
    return null
  throw error
}
