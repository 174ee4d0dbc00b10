/** Model package groups and their versions. */
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DescribeModelPackageCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import type { Approval, PackageGroup, RegisteredVersion } from '../../shared/registry.ts'
import type { AppError } from '../../shared/errors.ts'
import { withAwsErrors } from './errors.ts'
import { pagesOf } from './pages.ts'
import type { Connection } from './workspace.ts'

const mostGroups = 2000

export interface PackageToRegister {
  readonly groupName: string
  readonly groupDescription: string
  readonly description: string
  readonly serving: {
    readonly image: string
    readonly modelUri: string
    readonly environment: Readonly<Record<string, string>>
    readonly instanceType: string
  }
  readonly baseModel: { readonly id: string; readonly version: string }
  readonly facts: Readonly<Record<string, string>>
  readonly metrics: { readonly uri: string; readonly sha256: string }
  readonly report: { readonly uri: string; readonly sha256: string } | null
  readonly card: string
  readonly clientToken: string
}

export async function listPackageGroups({ clients }: Connection): Promise<PackageGroup[]> {
  const groups: PackageGroup[] = []
  const pages = pagesOf((NextToken) =>
    clients.sageMaker.send(
      new ListModelPackageGroupsCommand({
        MaxResults: 100,
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        NextToken,
      }),
    ),
  )
  for await (const page of pages) {
    for (const group of page.ModelPackageGroupSummaryList ?? [])
      groups.push({
        name: group.ModelPackageGroupName ?? '',
        description: group.ModelPackageGroupDescription ?? '',
        createdAtMs: group.CreationTime?.getTime() ?? 0,
      })
    if (groups.length >= mostGroups) break
  }
  return groups
}

/** The newest hundred, newest first. */
export async function listVersions(
  connection: Connection,
  groupName: string,
): Promise<RegisteredVersion[]> {
  const { sageMaker } = connection.clients
  const { ModelPackageSummaryList = [] } = await withAwsErrors(() =>
    sageMaker.send(
      new ListModelPackagesCommand({
        ModelPackageGroupName: groupName,
        // AWS lists unversioned ones only, unless it is told otherwise.
        ModelPackageType: 'Versioned',
        MaxResults: 100,
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
      }),
    ),
  )
  const arns = ModelPackageSummaryList.flatMap(({ ModelPackageArn }) => ModelPackageArn ?? [])
  return Promise.all(arns.map((arn) => describeVersion(connection, arn)))
}

export async function describeVersion(
  { clients }: Connection,
  arn: string,
): Promise<RegisteredVersion> {
  const found = await withAwsErrors(() =>
    clients.sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn })),
  )
  const [container] = found.InferenceSpecification?.Containers ?? []
  return {
    arn,
    groupName: found.ModelPackageGroupName ?? '',
    version: found.ModelPackageVersion ?? 0,
    description: found.ModelPackageDescription ?? '',
    status: found.ModelPackageStatus ?? '',
    approval: found.ModelApprovalStatus ?? 'PendingManualApproval',
    comment: found.ApprovalDescription ?? '',
    facts: found.CustomerMetadataProperties ?? {},
    metricsUri: found.ModelMetrics?.ModelQuality?.Statistics?.S3Uri ?? null,
    modelUri: container?.ModelDataUrl ?? container?.ModelDataSource?.S3DataSource?.S3Uri ?? null,
    image: container?.Image ?? null,
    card: found.ModelCard?.ModelCardContent ?? null,
    createdAtMs: found.CreationTime?.getTime() ?? 0,
  }
}

/** @returns its ARN; the same for the same client token */
export async function registerPackage(
  { clients, tags }: Connection,
  wanted: PackageToRegister,
): Promise<string> {
  const { sageMaker } = clients
  await withAwsErrors(() =>
    sageMaker.send(
      new CreateModelPackageGroupCommand({
        ModelPackageGroupName: wanted.groupName,
        ...(wanted.groupDescription && { ModelPackageGroupDescription: wanted.groupDescription }),
        Tags: [
          ...tags.map(({ key, value }) => ({ Key: key, Value: value })),
          { Key: 'timbre:managed', Value: 'true' },
        ],
      }),
    ),
  ).catch((refusal: AppError) => {
    // One more version of a group that is there.
    const isThere = refusal.code === 'NameTaken' || /already exists/i.test(refusal.message)
    if (!isThere) throw refusal
  })
  const { image, modelUri, environment, instanceType } = wanted.serving
  const isArchive = modelUri.endsWith('.tar.gz')
  const source = (part: { uri: string; sha256: string }, ContentType: string) => ({
    ContentType,
    S3Uri: part.uri,
    ContentDigest: `sha256:${part.sha256}`,
  })
  const { ModelPackageArn = '' } = await withAwsErrors(() =>
    sageMaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: wanted.groupName,
        ...(wanted.description && { ModelPackageDescription: wanted.description }),
        ModelApprovalStatus: 'PendingManualApproval',
        ClientToken: wanted.clientToken,
        InferenceSpecification: {
          Containers: [
            {
              Image: image,
              ...(Object.keys(environment).length > 0 && { Environment: environment }),
              ...(isArchive
                ? { ModelDataUrl: modelUri }
                : {
                    ModelDataSource: {
                      S3DataSource: {
                        S3Uri: modelUri,
                        S3DataType: 'S3Prefix',
                        CompressionType: 'None',
                      },
                    },
                  }),
              BaseModel: {
                HubContentName: wanted.baseModel.id,
                HubContentVersion: wanted.baseModel.version,
              },
            },
          ],
          SupportedContentTypes: ['application/json'],
          SupportedResponseMIMETypes: ['application/json'],
          SupportedRealtimeInferenceInstanceTypes: [instanceType as 'ml.m5.large'], // the hub names a valid one
        },
        Domain: 'NATURAL_LANGUAGE_PROCESSING',
        Task: 'TEXT_GENERATION',
        CustomerMetadataProperties: { ...wanted.facts },
        ModelMetrics: {
          ModelQuality: { Statistics: source(wanted.metrics, 'application/json') },
          ...(wanted.report && { Bias: { Report: source(wanted.report, 'text/html') } }),
        },
        ModelCard: { ModelCardContent: wanted.card, ModelCardStatus: 'Draft' },
      }),
    ),
  )
  return ModelPackageArn
}

export async function setApproval(
  { clients }: Connection,
  arn: string,
  approval: Approval,
  comment: string,
): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(
      new UpdateModelPackageCommand({
        ModelPackageArn: arn,
        ModelApprovalStatus: approval,
        ApprovalDescription: comment,
      }),
    ),
  )
}

export async function deleteVersion({ clients }: Connection, arn: string): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(new DeleteModelPackageCommand({ ModelPackageName: arn })),
  )
}
