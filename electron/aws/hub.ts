/** The hub's models: JumpStart's documents -> base models, and what starting a job on one needs. */
import { DescribeHubContentCommand, ListHubContentsCommand } from '@aws-sdk/client-sagemaker'
import { z } from 'zod'
import type { MetricDefinition } from '../../shared/metrics.ts'
import type { BaseModel } from '../../shared/model.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

const hubName = 'SageMakerPublicHub'

/** What training and hosting a hub model takes. */
export interface HubModel {
  readonly baseModel: BaseModel
  readonly metricDefinitions: readonly MetricDefinition[]
  readonly trainingImage: string
  readonly trainingArtifactUri: string
  readonly trainingInstanceType: string
  readonly trainingVolumeGb: number
  readonly hostingImage: string
  readonly hostingArtifactUri: string
  readonly hostingInstanceType: string
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** The parts of schema 2.3.0 that are used; documents hold many more. */
const documentSchema = z.looseObject({
  Provider: z.string().default(''),
  License: z.string().default(''),
  Languages: z.array(z.string()).default([]),
  ParameterCount: z.number().nullable().default(null),
  ContextTokens: z.number().nullable().default(null),
  TrainingEcrUri: z.string(),
  TrainingArtifactUri: z.string(),
  DefaultTrainingInstanceType: z.string(),
  TrainingVolumeSize: z.number().default(30),
  HostingEcrUri: z.string(),
  HostingArtifactUri: z.string(),
  DefaultInferenceInstanceType: z.string(),
  Hyperparameters: z.array(
    z.looseObject({
      Name: z.string(),
      Type: z.string(),
      Default: scalar.default(''),
      Min: z.number().optional(),
      Max: z.number().optional(),
      Options: z.array(scalar).optional(),
      Scope: z.string().default('algorithm'),
      Advanced: z.boolean().default(false),
    }),
  ),
  TrainingMetrics: z.array(z.object({ Name: z.string(), Regex: z.string() })).default([]),
})

export async function listHubModelIds({ sageMaker }: AwsClients): Promise<string[]> {
  const ids: string[] = []
  let nextToken: string | undefined
  do {
    const page = await withAwsErrors(() =>
      sageMaker.send(
        new ListHubContentsCommand({
          HubName: hubName,
          HubContentType: 'Model',
          NextToken: nextToken,
        }),
      ),
    )
    ids.push(...(page.HubContentSummaries ?? []).flatMap((content) => content.HubContentName ?? []))
    nextToken = page.NextToken
  } while (nextToken)
  return ids
}

export async function describeHubModel({ sageMaker }: AwsClients, id: string): Promise<HubModel> {
  const content = await withAwsErrors(() =>
    sageMaker.send(
      new DescribeHubContentCommand({
        HubName: hubName,
        HubContentType: 'Model',
        HubContentName: id,
      }),
    ),
  )
  const document = documentSchema.parse(JSON.parse(content.HubContentDocument ?? '{}'))
  return {
    baseModel: {
      id,
      version: content.HubContentVersion ?? '',
      displayName: content.HubContentDisplayName ?? id,
      provider: document.Provider,
      license: document.License,
      description: content.HubContentDescription ?? '',
      languages: document.Languages,
      parameterCount: document.ParameterCount,
      contextTokens: document.ContextTokens,
      card: content.HubContentMarkdown ?? '',
      hyperparameters: document.Hyperparameters.filter((field) => field.Scope === 'algorithm').map(
        (field) => ({
          name: field.Name,
          type: field.Type === 'int' || field.Type === 'float' ? field.Type : 'text',
          default: String(field.Default ?? ''),
          ...(field.Min === undefined ? {} : { min: field.Min }),
          ...(field.Max === undefined ? {} : { max: field.Max }),
          ...(field.Options === undefined ? {} : { options: field.Options.map(String) }),
          advanced: field.Advanced,
        }),
      ),
    },
    metricDefinitions: document.TrainingMetrics.map(({ Name, Regex }) => ({
      name: Name,
      regex: Regex,
    })),
    trainingImage: document.TrainingEcrUri,
    trainingArtifactUri: document.TrainingArtifactUri,
    trainingInstanceType: document.DefaultTrainingInstanceType,
    trainingVolumeGb: document.TrainingVolumeSize,
    hostingImage: document.HostingEcrUri,
    hostingArtifactUri: document.HostingArtifactUri,
    hostingInstanceType: document.DefaultInferenceInstanceType,
  }
}
