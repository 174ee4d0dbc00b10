/** The hub's models: JumpStart's documents -> base models, and what starting a job on one needs. */
import {
  DescribeHubContentCommand,
  type DescribeHubContentCommandOutput,
  ListHubContentsCommand,
} from '@aws-sdk/client-sagemaker'
import { z } from 'zod'
import type { MetricDefinition } from '../../shared/metrics.ts'
import type { BaseModel } from '../../shared/model.ts'
import { defaultPromptTemplate, promptTemplateSchema } from '../../shared/promptTemplate.ts'
import type { AwsClients } from './clients.ts'
import { AppError } from '../../shared/errors.ts'
import { withAwsErrors } from './errors.ts'

const publicHub = 'SageMakerPublicHub'
/** The account's own: base models that were imported. An AWS account may not have it. */
export const privateHub = 'timbre'
/** Where the engine shows the files of all base models: `<id>/<version>/<file>`. */
export const engineModelsBucket = 'timbre-models'

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
  PromptTemplate: promptTemplateSchema.default(defaultPromptTemplate),
  TrainingMetrics: z.array(z.object({ Name: z.string(), Regex: z.string() })).default([]),
})

/** Those that can be trained, of both hubs. */
export async function listHubModelIds(clients: AwsClients): Promise<string[]> {
  const own = await listHub(clients, privateHub).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NotFound') return []
    throw error
  })
  return [...(await listHub(clients, publicHub)), ...own]
}

async function listHub({ sageMaker }: AwsClients, hubName: string): Promise<string[]> {
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
    const available = (page.HubContentSummaries ?? []).filter(
      (content) => content.HubContentStatus === 'Available',
    )
    ids.push(...available.flatMap((content) => content.HubContentName ?? []))
    nextToken = page.NextToken
  } while (nextToken)
  return ids
}

export async function describeHubContent(
  { sageMaker }: AwsClients,
  hubName: string,
  id: string,
): Promise<DescribeHubContentCommandOutput> {
  return withAwsErrors(() =>
    sageMaker.send(
      new DescribeHubContentCommand({
        HubName: hubName,
        HubContentType: 'Model',
        HubContentName: id,
      }),
    ),
  )
}

/** From the public hub, or else from the account's own. */
export async function describeHubModel(clients: AwsClients, id: string): Promise<HubModel> {
  let isImported = false
  const content = await describeHubContent(clients, publicHub, id).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'NotFound') throw error
    isImported = true
    return describeHubContent(clients, privateHub, id)
  })
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
      promptTemplate: document.PromptTemplate,
      isImported,
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
