/** The public hub with the bundled base models. */
import { z } from 'zod'
import { engineRegion, engineRegistry, type EngineContext } from './engineContext.ts'
import { documentSchemaVersion, publicHub, readHubContents, type HubContent } from './hub.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError } from './serviceError.ts'

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
      const contents = await contentsOf(context, input.HubName, input.HubContentType)
      const found = contents.filter((content) => content.id.includes(input.NameContains ?? ''))
      if (input.SortOrder === 'Descending') found.reverse()
      const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
      return { HubContentSummaries: page.map(summaryOf), ...next }
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
      const contents = await contentsOf(context, input.HubName, input.HubContentType)
      const content = contents.find((candidate) => candidate.id === input.HubContentName)
      if (!content || (input.HubContentVersion ?? content.version) !== content.version) {
        throw new ServiceError(
          'ResourceNotFound',
          `HubContent with name ${input.HubContentName} does not exist in hub ${publicHub}.`,
        )
      }
      return {
        ...summaryOf(content),
        HubName: publicHub,
        HubArn: `arn:aws:sagemaker:${engineRegion}:aws:hub/${publicHub}`,
        HubContentMarkdown: content.markdown,
        HubContentDocument: JSON.stringify(content.document),
        HubContentDependencies: [],
      }
    },
  ),
}

async function contentsOf(
  context: EngineContext,
  hubName: string,
  type: string,
): Promise<HubContent[]> {
  if (hubName !== publicHub && !hubName.endsWith(`:hub/${publicHub}`)) {
    throw new ServiceError('ResourceNotFound', `Hub with name ${hubName} does not exist.`)
  }
  return type === 'Model' ? readHubContents(context.modelsDirectory, engineRegistry) : []
}

function summaryOf(content: HubContent) {
  return {
    HubContentName: content.id,
    HubContentArn: `arn:aws:sagemaker:${engineRegion}:aws:hub-content/${publicHub}/Model/${content.id}/${content.version}`,
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
