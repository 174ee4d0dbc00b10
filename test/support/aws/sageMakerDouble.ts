/** SageMaker beside its jobs: the public hub and the MLflow apps; with endpoints and registry from their own files. */
import { autoMLDouble } from './autoMLDouble.ts'
import { componentDouble } from './componentDouble.ts'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { buildCatalog, type CatalogEntry } from './hubCatalog.ts'
import { endpointDouble } from './endpointDouble.ts'
import { createRegistryDouble } from './registryDouble.ts'
import { ServiceFailure } from './serviceFailure.ts'
import { trainingDouble } from './trainingDouble.ts'
import { createTransformDouble } from './transformDouble.ts'

type Input = Readonly<Record<string, unknown>>

export interface SageMakerDoubleOptions {
  readonly catalog: readonly CatalogEntry[]
  /** What ListMlflowApps finds. */
  readonly hasMlflowApp: boolean
}

export function createSageMakerDouble(
  region: string,
  { catalog, hasMlflowApp }: SageMakerDoubleOptions = {
    catalog: buildCatalog(region),
    hasMlflowApp: true,
  },
): ServiceDouble {
  return {
    ...trainingDouble,
    ...autoMLDouble,
    ...endpointDouble,
    ...componentDouble,
    ...createRegistryDouble(),
    ...createTransformDouble(),
    ListHubContents: (context, input) => {
      requirePublicHub(input)
      const contains = String(input['NameContains'] ?? '')
      const found = catalog.filter(({ name }) => name.includes(contains))
      const start = Number(input['NextToken'] ?? 0)
      const most = Number(input['MaxResults'] ?? 50)
      return {
        HubContentSummaries: found
          .slice(start, start + most)
          .map((entry) => summaryOf(context, entry)),
        ...(start + most < found.length ? { NextToken: String(start + most) } : {}),
      }
    },
    DescribeHubContent: (context, input) => {
      requirePublicHub(input)
      const entry = catalog.find(({ name }) => name === input['HubContentName'])
      if (!entry)
        throw new ServiceFailure(
          'ResourceNotFound',
          `Hub content ${String(input['HubContentName'])} does not exist.`,
        )
      return {
        ...contentOf(context, entry),
        HubName: 'SageMakerPublicHub',
        HubArn: `arn:aws:sagemaker:${context.region}:aws:hub/SageMakerPublicHub`,
        HubContentDocument: JSON.stringify(entry.document),
        HubContentMarkdown: `# ${entry.displayName}\n\n${entry.description}\n`,
      }
    },
    ListMlflowApps: (context) => ({
      Summaries: hasMlflowApp
        ? [
            {
              Arn: `arn:aws:sagemaker:${context.region}:${context.account}:mlflow-app/app-ABCDEF123456`,
              Name: 'default',
              Status: 'Created',
              CreationTime: new Date(context.now()),
            },
          ]
        : [],
    }),
    AddTags: (_context, input) => ({ Tags: input['Tags'] }),
    ListTags: () => ({ Tags: [] }),
  }
}

function summaryOf(context: DoubleContext, entry: CatalogEntry) {
  return { ...contentOf(context, entry), OriginalCreationTime: new Date(Date.UTC(2025, 5, 1)) }
}

function contentOf(context: DoubleContext, entry: CatalogEntry) {
  return {
    HubContentName: entry.name,
    HubContentArn: `arn:aws:sagemaker:${context.region}:aws:hub-content/SageMakerPublicHub/Model/${entry.name}/${entry.version}`,
    HubContentVersion: entry.version,
    HubContentType: 'Model',
    DocumentSchemaVersion: '2.3.0',
    HubContentDisplayName: entry.displayName,
    HubContentDescription: entry.description,
    SupportStatus: 'Supported',
    HubContentSearchKeywords: entry.keywords,
    HubContentStatus: 'Available',
    CreationTime: new Date(Date.UTC(2025, 5, 1)),
  }
}

function requirePublicHub(input: Input): void {
  const hub = String(input['HubName'])
  if (hub !== 'SageMakerPublicHub')
    throw new ServiceFailure('ResourceNotFound', `Hub ${hub} does not exist.`)
}
