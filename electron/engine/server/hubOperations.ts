/** The public hub with the bundled base models, and the account's own with those that were imported. */
import { z } from 'zod'
import { isAwaitingTraining } from '../jobs/autoMLJob.ts'
import type { ModelImportRecord } from '../jobs/importModel.ts'
import { baseModelIdPattern, findModelFolder } from '../store/modelLibrary.ts'
import { modelsBucket, modelVersion } from '../store/modelsBucket.ts'
import { engineAccount, engineRegion, engineRegistry, type EngineContext } from './engineContext.ts'
import {
  documentSchemaVersion,
  privateHub,
  publicHub,
  readHubContents,
  type HubContent,
} from './hub.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'

const contentType = z.enum(['Model', 'Notebook', 'ModelReference', 'DataSet', 'JsonDoc'])

export const hubOperations: Readonly<Record<string, Operation>> = {
  ListHubContents: operation(
    z.object({
      HubName: z.string().max(200),
      HubContentType: contentType,
      NameContains: z.string().max(63).optional(),
      MaxSchemaVersion: z.string().optional(),
      CreationTimeBefore: z.number().optional(),
      CreationTimeAfter: z.number().optional(),
      SortBy: z.enum(['HubContentName', 'CreationTime', 'HubContentStatus']).optional(),
      SortOrder: z.enum(['Ascending', 'Descending']).default('Ascending'),
      MaxResults: z.number().int().min(1).max(100).default(100),
      NextToken: z.string().optional(),
    }),
    async (context, input) => {
      const hub = hubOf(input.HubName)
      const contents = await contentsOf(context, input.HubName, input.HubContentType)
      const unavailable = hub === privateHub ? unavailableImports(context) : []
      const found = [
        ...contents.map((content) => summaryOf(hub, content)),
        ...unavailable.map(importSummaryOf),
      ].filter((summary) => summary.HubContentName.includes(input.NameContains ?? ''))
      if (input.SortOrder === 'Descending') found.reverse()
      const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
      return { HubContentSummaries: page, ...next }
    },
  ),

  DescribeHubContent: operation(
    z.object({
      HubName: z.string().max(200),
      HubContentType: contentType,
      HubContentName: z.string().max(63),
      HubContentVersion: z.string().optional(),
    }),
    async (context, input) => {
      const hub = hubOf(input.HubName)
      const pending =
        hub === privateHub
          ? unavailableImports(context).find(({ name }) => name === input.HubContentName)
          : undefined
      if (pending)
        return {
          ...importSummaryOf(pending),
          HubName: hub,
          HubArn: hubArn(hub, 'hub'),
          HubContentDocument: '{}',
          ...(pending.failureReason === null ? {} : { FailureReason: pending.failureReason }),
        }
      const contents = await contentsOf(context, input.HubName, input.HubContentType)
      const content = contents.find((candidate) => candidate.id === input.HubContentName)
      if (!content || (input.HubContentVersion ?? content.version) !== content.version) {
        throw new ServiceError(
          'ResourceNotFound',
          `HubContent with name ${input.HubContentName} does not exist in hub ${hub}.`,
        )
      }
      return {
        ...summaryOf(hub, content),
        HubName: hub,
        HubArn: hubArn(hub, 'hub'),
        HubContentMarkdown: content.markdown,
        HubContentDocument: JSON.stringify(content.document),
        HubContentDependencies: [],
      }
    },
  ),

  ImportHubContent: operation(
    z.object({
      HubName: z.string().max(200),
      HubContentType: contentType,
      HubContentName: z
        .string()
        .max(63)
        .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/),
      HubContentVersion: z.string().optional(),
      DocumentSchemaVersion: z.string().min(5).max(14),
      HubContentDocument: z.string(),
      HubContentDisplayName: z.string().max(255).optional(),
      HubContentDescription: z.string().max(1023).optional(),
      HubContentMarkdown: z.string().max(65535).optional(),
      Tags: z.array(z.unknown()).max(50).optional(),
    }),
    (context, input) => {
      if (hubOf(input.HubName) === publicHub)
        throw new ServiceError(
          'AccessDeniedException',
          `Contents cannot be imported into ${publicHub}.`,
        )
      if (input.HubContentType !== 'Model')
        throw validationError('Only contents of the type Model can be imported here.')
      const document = importDocumentSchema.safeParse(parseJson(input.HubContentDocument))
      if (!document.success)
        throw validationError(
          'HubContentDocument must be JSON with TrainingArtifactUri, the S3 prefix of the model files.',
        )
      const name = input.HubContentName
      if (!baseModelIdPattern.test(name))
        throw validationError('HubContentName must be in lower case: it names a folder.')
      const known = context.modelImports.find(name)
      if (findModelFolder(context.library, name) || known?.status === 'Importing')
        throw new ServiceError('ResourceInUse', `HubContent ${name} exists already.`)
      const record: ModelImportRecord = {
        name,
        createdAtMs: context.now(),
        status: 'Importing',
        failureReason: null,
        sourceUri: document.data.TrainingArtifactUri,
        isSourceTemporary: document.data.DeleteSourceAfterImport,
        displayName: input.HubContentDisplayName ?? name,
        description: input.HubContentDescription ?? '',
        markdown: input.HubContentMarkdown ?? '',
        provider: document.data.Provider,
        license: document.data.License,
        languages: document.data.Languages,
      }
      context.modelImports.put(record)
      context.modelImporter.start(record)
      return { HubArn: hubArn(privateHub, 'hub'), HubContentArn: contentArn(privateHub, name) }
    },
  ),

  DeleteHubContent: operation(
    z.object({
      HubName: z.string().max(200),
      HubContentType: contentType,
      HubContentName: z.string().max(63),
      HubContentVersion: z.string(),
    }),
    async (context, input) => {
      if (hubOf(input.HubName) === publicHub)
        throw new ServiceError(
          'AccessDeniedException',
          `Contents of ${publicHub} cannot be deleted.`,
        )
      const name = input.HubContentName
      const exists = context.modelImports.find(name) ?? findModelFolder(context.library, name)
      if (!exists) throw new ServiceError('ResourceNotFound', `HubContent ${name} does not exist.`)
      const inUse = context.jobs
        .list()
        .some(
          (job) =>
            ['InProgress', 'Stopping'].includes(job.status) &&
            job.request.InputDataConfig.some((channel) =>
              channel.DataSource.S3DataSource.S3Uri.startsWith(`s3://${modelsBucket}/${name}/`),
            ),
        )
      const isAwaited = context.autoMLJobs
        .list()
        .some((job) => job.baseModelName === name && isAwaitingTraining(job, context.jobs))
      if (inUse || isAwaited)
        throw new ServiceError('ResourceInUse', `HubContent ${name} is being trained on.`)
      await context.modelImporter.remove(name)
      return {}
    },
  ),
}

const importDocumentSchema = z.looseObject({
  TrainingArtifactUri: z.string().regex(/^s3:\/\/[^/]+\/.+$/),
  DeleteSourceAfterImport: z.boolean().default(false),
  Provider: z.string().max(256).default(''),
  License: z.string().max(256).default(''),
  Languages: z.array(z.string().max(16)).max(100).default([]),
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function unavailableImports(context: EngineContext): ModelImportRecord[] {
  return context.modelImports.list().filter(({ status }) => status !== 'Available')
}

async function contentsOf(
  context: EngineContext,
  hubName: string,
  type: string,
): Promise<readonly HubContent[]> {
  const { library } = context
  const directory = hubOf(hubName) === publicHub ? library.bundled : library.imported
  return type === 'Model' ? readHubContents(directory, engineRegistry) : []
}

/** @throws ServiceError ResourceNotFound */
function hubOf(name: string): typeof publicHub | typeof privateHub {
  const short = name.replace(/^arn:[^/]*:hub\//, '')
  if (short === publicHub || short === privateHub) return short
  throw new ServiceError('ResourceNotFound', `Hub with name ${name} does not exist.`)
}

function hubArn(hub: string, kind: 'hub' | 'hub-content', rest = ''): string {
  const owner = hub === publicHub ? 'aws' : engineAccount
  return `arn:aws:sagemaker:${engineRegion}:${owner}:${kind}/${hub}${rest}`
}

function contentArn(hub: string, id: string): string {
  return hubArn(hub, 'hub-content', `/Model/${id}/${modelVersion}`)
}

function summaryOf(hub: string, content: HubContent) {
  return {
    HubContentName: content.id,
    HubContentArn: contentArn(hub, content.id),
    HubContentVersion: content.version,
    HubContentType: 'Model',
    DocumentSchemaVersion: documentSchemaVersion,
    HubContentDisplayName: content.displayName,
    HubContentDescription: content.description,
    SupportStatus: 'Supported',
    HubContentSearchKeywords: content.languages.map((language) => `language:${language}`),
    HubContentStatus: 'Available',
    CreationTime: epochSeconds(content.publishedAtMs),
  }
}

/** A model that is not (or never will be) in its folder. */
function importSummaryOf(record: ModelImportRecord) {
  return {
    HubContentName: record.name,
    HubContentArn: contentArn(privateHub, record.name),
    HubContentVersion: modelVersion,
    HubContentType: 'Model',
    DocumentSchemaVersion: documentSchemaVersion,
    HubContentDisplayName: record.displayName,
    HubContentDescription: record.description,
    HubContentSearchKeywords: [],
    HubContentStatus: record.status,
    CreationTime: epochSeconds(record.createdAtMs),
  }
}
