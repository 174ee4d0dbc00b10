/**
 * `node build/bootstrap.cjs awsModels DIRECTORY`: takes from AWS's published service models (the `data` folder of the
 * botocore package, Apache-2.0) what the validating doubles need: the operations that the app calls, with their shapes and
 * without the documentation. The result, test/support/aws/models/, is checked in; run this again for a newer botocore.
 *
 *   pip download botocore --no-deps && unzip botocore-*.whl -d botocore
 *   node build/bootstrap.cjs awsModels botocore
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { repositoryRoot } from './repositoryRoot.ts'

/** By botocore's folder; what the app calls, and what it may call next. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  sagemaker: [
    'AddTags',
    'CreateAutoMLJobV2',
    'CreateEndpoint',
    'CreateEndpointConfig',
    'CreateHubContentPresignedUrls',
    'CreateInferenceComponent',
    'CreateMlflowApp',
    'CreateModel',
    'CreateModelPackage',
    'CreateModelPackageGroup',
    'CreateProcessingJob',
    'CreateTrainingJob',
    'CreateTransformJob',
    'DeleteEndpoint',
    'DeleteEndpointConfig',
    'DeleteHubContent',
    'DeleteInferenceComponent',
    'DeleteModel',
    'DeleteModelPackage',
    'DeleteModelPackageGroup',
    'DeleteTrainingJob',
    'DescribeAutoMLJobV2',
    'DescribeEndpoint',
    'DescribeEndpointConfig',
    'DescribeHubContent',
    'DescribeInferenceComponent',
    'DescribeMlflowApp',
    'DescribeModel',
    'DescribeModelPackage',
    'DescribeModelPackageGroup',
    'DescribeProcessingJob',
    'DescribeTrainingJob',
    'DescribeTransformJob',
    'ImportHubContent',
    'ListAutoMLJobs',
    'ListCandidatesForAutoMLJob',
    'ListDomains',
    'ListEndpointConfigs',
    'ListEndpoints',
    'ListHubContents',
    'ListInferenceComponents',
    'ListMlflowApps',
    'ListModelPackageGroups',
    'ListModelPackages',
    'ListModels',
    'ListProcessingJobs',
    'ListTags',
    'ListTrainingJobs',
    'Search',
    'StopAutoMLJob',
    'StopProcessingJob',
    'StopTrainingJob',
    'StopTransformJob',
    'UpdateEndpoint',
    'UpdateEndpointWeightsAndCapacities',
    'UpdateModelPackage',
  ],
  'sagemaker-runtime': [
    'InvokeEndpoint',
    'InvokeEndpointAsync',
    'InvokeEndpointWithResponseStream',
  ],
  'application-autoscaling': [
    'DeregisterScalableTarget',
    'DescribeScalableTargets',
    'DescribeScalingPolicies',
    'PutScalingPolicy',
    'RegisterScalableTarget',
  ],
  bedrock: [
    'CreateCustomModelDeployment',
    'CreateModelCustomizationJob',
    'CreateProvisionedModelThroughput',
    'DeleteCustomModel',
    'DeleteCustomModelDeployment',
    'DeleteProvisionedModelThroughput',
    'GetCustomModel',
    'GetCustomModelDeployment',
    'GetFoundationModel',
    'GetModelCustomizationJob',
    'GetProvisionedModelThroughput',
    'ListCustomModelDeployments',
    'ListCustomModels',
    'ListFoundationModels',
    'ListModelCustomizationJobs',
    'ListProvisionedModelThroughputs',
    'StopModelCustomizationJob',
  ],
  'bedrock-runtime': ['Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream'],
  s3: [
    'AbortMultipartUpload',
    'CompleteMultipartUpload',
    'CopyObject',
    'CreateBucket',
    'CreateMultipartUpload',
    'DeleteObject',
    'DeleteObjects',
    'GetBucketEncryption',
    'GetBucketLocation',
    'GetBucketPolicy',
    'GetBucketPolicyStatus',
    'GetBucketVersioning',
    'GetObject',
    'GetObjectAttributes',
    'GetPublicAccessBlock',
    'HeadBucket',
    'HeadObject',
    'ListBuckets',
    'ListMultipartUploads',
    'ListObjectsV2',
    'ListParts',
    'PutBucketEncryption',
    'PutBucketLifecycleConfiguration',
    'PutBucketPolicy',
    'PutBucketTagging',
    'PutObject',
    'PutPublicAccessBlock',
    'UploadPart',
  ],
  logs: ['DescribeLogStreams', 'FilterLogEvents', 'GetLogEvents'],
  cloudwatch: ['DeleteAlarms', 'GetMetricData', 'ListMetrics', 'PutMetricAlarm'],
  sts: ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity', 'GetSessionToken'],
  iam: [
    'AttachRolePolicy',
    'CreateRole',
    'GetRole',
    'GetRolePolicy',
    'ListAttachedRolePolicies',
    'ListRolePolicies',
    'ListRoles',
    'PutRolePolicy',
    'SimulatePrincipalPolicy',
  ],
  'service-quotas': [
    'GetAWSDefaultServiceQuota',
    'GetServiceQuota',
    'ListAWSDefaultServiceQuotas',
    'ListRequestedServiceQuotaChangeHistoryByQuota',
    'ListServiceQuotas',
    'RequestServiceQuotaIncrease',
  ],
  pricing: ['GetAttributeValues', 'GetProducts'],
  scheduler: [
    'CreateSchedule',
    'CreateScheduleGroup',
    'DeleteSchedule',
    'GetSchedule',
    'ListSchedules',
    'UpdateSchedule',
  ],
  sso: ['GetRoleCredentials', 'ListAccountRoles', 'ListAccounts', 'Logout'],
  'sso-oidc': ['CreateToken', 'RegisterClient', 'StartDeviceAuthorization'],
}

const shapeSchema = z.looseObject({ type: z.string() })
type Shape = z.infer<typeof shapeSchema>
const operationSchema = z.looseObject({
  name: z.string(),
  input: z.object({ shape: z.string() }).optional(),
  output: z.object({ shape: z.string() }).optional(),
  errors: z.array(z.object({ shape: z.string() })).optional(),
})
const serviceSchema = z.object({
  metadata: z.record(z.string(), z.unknown()),
  operations: z.record(z.string(), operationSchema),
  shapes: z.record(z.string(), shapeSchema),
})

/** What of a shape decides whether a value is right, and how it travels. */
const keptOfShape = [
  'type',
  'required',
  'members',
  'member',
  'key',
  'value',
  'min',
  'max',
  'pattern',
  'enum',
  'union',
  'payload',
  'flattened',
  'streaming',
  'eventstream',
  'event',
  'exception',
  'fault',
  'error',
  'timestampFormat',
  'locationName',
  'jsonvalue',
  'box',
  'sensitive',
]
const keptOfReference = [
  'shape',
  'location',
  'locationName',
  'queryName',
  'flattened',
  'streaming',
  'idempotencyToken',
  'timestampFormat',
  'xmlAttribute',
  'eventpayload',
  'jsonvalue',
]
const keptOfMetadata = [
  'apiVersion',
  'endpointPrefix',
  'jsonVersion',
  'protocol',
  'protocols',
  'serviceId',
  'signatureVersion',
  'signingName',
  'targetPrefix',
]

function pick(value: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return Object.fromEntries(
    names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]]),
  )
}

type Reference = { readonly shape: string } & Record<string, unknown>
const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && 'shape' in value

function referencesOf(shape: Shape): Reference[] {
  const members = Object.values((shape['members'] as Record<string, unknown> | undefined) ?? {})
  return [...members, shape['member'], shape['key'], shape['value']].filter(isReference)
}

function distilShape(shape: Shape): Record<string, unknown> {
  const kept = pick(shape, keptOfShape)
  for (const name of ['member', 'key', 'value']) {
    if (isReference(kept[name])) kept[name] = pick(kept[name], keptOfReference)
  }
  if (shape['members']) {
    kept['members'] = Object.fromEntries(
      Object.entries(shape['members'] as Record<string, Reference>).map(([name, reference]) => [
        name,
        pick(reference, keptOfReference),
      ]),
    )
  }
  return kept
}

function distil(file: string, names: readonly string[]) {
  const bytes = readFileSync(file)
  const model = serviceSchema.parse(
    JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')),
  )
  const operations = Object.fromEntries(
    names.flatMap((name) => {
      const operation = model.operations[name]
      if (!operation) return []
      return [[name, pick(operation, ['name', 'http', 'input', 'output', 'errors'])] as const]
    }),
  )
  const shapes: Record<string, unknown> = {}
  const pending = Object.values(operations).flatMap((operation) =>
    [
      operation['input'],
      operation['output'],
      ...((operation['errors'] as unknown[] | undefined) ?? []),
    ]
      .filter(isReference)
      .map(({ shape }) => shape),
  )
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const shape = model.shapes[name]
    if (!shape || shapes[name]) continue
    shapes[name] = distilShape(shape)
    pending.push(...referencesOf(shape).map((reference) => reference.shape))
  }
  const sorted = Object.fromEntries(Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { metadata: pick(model.metadata, keptOfMetadata), operations, shapes: sorted }
}

function main(directory: string | undefined): void {
  const data = directory && path.join(directory, 'botocore', 'data')
  if (!data || !existsSync(data)) {
    console.error('Name the folder of an unpacked botocore package.')
    process.exitCode = 1
    return
  }
  const version =
    readdirSync(directory)
      .map((name) => /^botocore-(.+)\.dist-info$/.exec(name)?.[1])
      .find((found) => found !== undefined) ?? 'unknown'
  const output = path.join(repositoryRoot, 'test/support/aws/models')
  mkdirSync(output, { recursive: true })
  for (const [service, names] of Object.entries(wanted)) {
    const apiVersion = readdirSync(path.join(data, service)).sort().at(-1) ?? ''
    const base = path.join(data, service, apiVersion, 'service-2.json')
    const model = distil(existsSync(base) ? base : `${base}.gz`, names)
    const missing = names.filter((name) => !model.operations[name])
    if (missing.length > 0) console.warn(`${service} has no ${missing.join(', ')}`)
    writeFileSync(
      path.join(output, `${service}.json`),
      JSON.stringify({ service, source: `botocore ${version}, Apache-2.0`, ...model }),
    )
  }
  console.log(`Took ${Object.keys(wanted).length} services from botocore ${version}.`)
}

main(process.argv[2])
