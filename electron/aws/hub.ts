/** The hub's models: which there are, and what is written about each. */
import {
  DescribeHubContentCommand,
  type DescribeHubContentCommandOutput,
  ListHubContentsCommand,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'
import { pagesOf } from './pages.ts'
import { readHubModel, type HubModel } from './hubDocument.ts'

export type { HubModel } from './hubDocument.ts'

export const publicHub = 'SageMakerPublicHub'
/** The account's own: base models that were imported. An AWS account may not have it. */
export const privateHub = 'timbre'
/** Where the engine shows the files of all base models: `<id>/<version>/<file>`. */
export const engineModelsBucket = 'timbre-models'

export interface HubSummary {
  readonly name: string
  readonly version: string
  readonly arn: string
  readonly keywords: readonly string[]
}

/** Those that can be trained on this computer, of both hubs. */
export async function listHubModelIds(clients: AwsClients): Promise<string[]> {
  const own = await listHub(clients, privateHub).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NotFound') return []
    throw error
  })
  return [...(await listHub(clients, publicHub)), ...own].map(({ name }) => name)
}

/** All that are available, page after page. */
export async function listHub({ sageMaker }: AwsClients, hubName: string): Promise<HubSummary[]> {
  const found: HubSummary[] = []
  const pages = pagesOf((NextToken) =>
    sageMaker.send(
      new ListHubContentsCommand({
        HubName: hubName,
        HubContentType: 'Model',
        MaxResults: 100,
        NextToken,
      }),
    ),
  )
  for await (const page of pages) {
    const available = (page.HubContentSummaries ?? []).filter(
      (content) => content.HubContentStatus === 'Available',
    )
    found.push(
      ...available.flatMap((content) =>
        content.HubContentName === undefined
          ? []
          : [
              {
                name: content.HubContentName,
                version: content.HubContentVersion ?? '',
                arn: content.HubContentArn ?? '',
                keywords: content.HubContentSearchKeywords ?? [],
              },
            ],
      ),
    )
  }
  return found
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

/** Of this computer's engine: from the public hub, or else from the account's own. */
export async function describeHubModel(clients: AwsClients, id: string): Promise<HubModel> {
  let isImported = false
  const content = await describeHubContent(clients, publicHub, id).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'NotFound') throw error
    isImported = true
    return describeHubContent(clients, privateHub, id)
  })
  return readHubModel(id, content, { isImported, isCloud: false })
}
