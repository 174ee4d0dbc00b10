import type { TrainingWay } from '../../shared/trainingWay.ts'

/** What a notebook is written from. */
export interface NotebookFacts {
  readonly title: string
  readonly baseModelName: string
  readonly region: string
  readonly isLocal: boolean
  readonly candidateId: string
  readonly datasetName: string
  readonly datasetSha256: string
  readonly way: TrainingWay
  /** As the way's create call takes it, without the job's name. */
  readonly request: Readonly<Record<string, unknown>>
  readonly promptTemplate: string
  readonly serving: NotebookServing
  readonly partition: string
}

/** How the trained model is asked. */
export type NotebookServing =
  | {
      readonly kind: 'endpoint'
      readonly image: string
      readonly environment: Readonly<Record<string, string>>
      readonly instanceType: string
      readonly schedulerRoleArn: string
    }
  | { readonly kind: 'bedrockOnDemand' }
  /** Bedrock serves it with throughput that is bought by the hour: the notebook does not buy it. */
  | { readonly kind: 'bedrockThroughput' }
