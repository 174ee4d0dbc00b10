/** SageMaker beside its jobs: the public hub, the model registry and the MLflow apps. */
import { autoMLDouble } from './autoMLDouble.ts'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { buildCatalog, type CatalogEntry } from './hubCatalog.ts'
import { ServiceFailure } from './serviceFailure.ts'
import { trainingDouble } from './trainingDouble.ts'

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
  const groups = new Map<string, string>()
  return {
    ...trainingDouble,
    ...autoMLDouble,
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
    CreateModelPackageGroup: (context, input) => {
      const name = String(input['ModelPackageGroupName'])
      if (groups.has(name))
        throw new ServiceFailure(
          'ValidationException',
          `Model Package Group already exists: arn:aws:sagemaker:${context.region}:${context.account}:model-package-group/${name.toLowerCase()}`,
        )
      const arn = `arn:aws:sagemaker:${context.region}:${context.account}:model-package-group/${name}`
      groups.set(name, arn)
      return { ModelPackageGroupArn: arn }
    },
    DescribeModelPackageGroup: (context, input) => {
      const name = String(input['ModelPackageGroupName'])
      const arn = groups.get(name)
      if (!arn)
        throw new ServiceFailure(
          'ValidationException',
          `Model Package Group ${name} does not exist.`,
        )
      return {
        ModelPackageGroupName: name,
        ModelPackageGroupArn: arn,
        CreationTime: new Date(context.now()),
        ModelPackageGroupStatus: 'Completed',
      }
    },
    DescribeModelPackage: (context, input) => {
      const arn = String(input['ModelPackageName'])
      const output = `s3://sagemaker-${context.region}-${context.account}/timbre/jobs/packages/${arn.split('/').at(-1) ?? ''}`
      return {
        ModelPackageArn: arn,
        ModelPackageName: arn.split('/').slice(-2).join('/'),
        ModelPackageStatus: 'Completed',
        ModelPackageStatusDetails: { ValidationStatuses: [] },
        CreationTime: new Date(context.now()),
        ModelPackageRegistrationType: 'Logged',
        InferenceSpecification: {
          Containers: [
            {
              IsCheckpoint: false,
              ModelDataSource: {
                S3DataSource: {
                  S3Uri: `${output}/`,
                  S3DataType: 'S3Prefix',
                  CompressionType: 'None',
                },
              },
              BaseModel: {
                HubContentName: 'huggingface-reasoning-qwen3-4b',
                HubContentVersion: '2.1.0',
                RecipeName: 'lora_sft',
              },
            },
          ],
        },
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
