/** The ways of training, by the base model's id. */
import { readBaseModelId, type TrainingWay } from '../../../shared/trainingWay.ts'
import { autopilot } from './autopilot.ts'
import { bedrock } from './bedrock.ts'
import { jumpStart } from './jumpStart.ts'
import { serverless } from './serverless.ts'
import type { Way } from './way.ts'

export const ways: Readonly<Record<TrainingWay, Way>> = {
  jumpStart,
  autopilot,
  serverless,
  bedrock,
}

export function wayOf({ baseModelId }: { readonly baseModelId: string }): Way {
  return ways[readBaseModelId(baseModelId).way]
}
