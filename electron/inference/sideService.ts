/** How a candidate or its base model is asked, before anything is made for it. */
import { currentRevision, type Endpoint } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { HubModel } from '../aws/hub.ts'
import { autopilotModels } from '../training/ways/autopilotModels.ts'

/** How one side is asked. */
export type SideService =
  | { readonly kind: 'local' }
  /** By the token; nothing has to start, and no machine is paid. */
  | { readonly kind: 'bedrock' }
  | {
      readonly kind: 'endpoint'
      readonly instanceType: string
      /** It answers already. */
      readonly isRunning: boolean
    }

export interface SideServiceOptions {
  readonly describeHubModel: (id: string, workspaceId: string) => Promise<HubModel>
  readonly endpoints: () => readonly Endpoint[]
}

/** Null: nothing is known that could be asked, such as a base model that the hub does not serve. */
export async function sideService(
  options: SideServiceOptions,
  candidate: Candidate,
  workspaceId: string,
  side: AnswerSide,
): Promise<SideService | null> {
  if (workspaceId === localWorkspaceId) return { kind: 'local' }
  if (readBaseModelId(candidate.baseModelId).way === 'bedrock') return { kind: 'bedrock' }
  try {
    const hubModel = await options.describeHubModel(hubNameOf(candidate), workspaceId)
    const { hostingImage, hostingArtifactUri, hostingInstanceType: instanceType } = hubModel
    const modelUri = side === 'base' ? hostingArtifactUri : (candidate.modelArtifactUri ?? '')
    if (side === 'base' && (modelUri === '' || hostingImage === '')) return null
    return { kind: 'endpoint', instanceType, isRunning: isServed(options.endpoints(), modelUri) }
  } catch (error) {
    const isMissing =
      error instanceof AppError && ['NotFound', 'BaseModelUnusable'].includes(error.code)
    if (side === 'base' && isMissing) return null
    throw error
  }
}

/** Autopilot's and serverless models are the hub's as well. */
function hubNameOf({ baseModelId }: Candidate): string {
  const { way, name } = readBaseModelId(baseModelId)
  if (way !== 'autopilot') return name
  return autopilotModels.find((model) => model.name === name)?.hubId ?? name
}

function isServed(endpoints: readonly Endpoint[], modelUri: string): boolean {
  return endpoints.some(
    (endpoint) =>
      endpoint.status === 'InService' &&
      currentRevision(endpoint).variants.some((variant) => variant.modelUri === modelUri),
  )
}
