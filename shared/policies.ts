/**
 * The least that each party has to be allowed, as IAM policy documents for an administrator. Actions are those that
 * Timbre's calls need and those that AWS names for the execution role of a training job, an Autopilot job and a model.
 */
import { arnIn } from './partition.ts'

export interface PolicyFacts {
  readonly region: string
  readonly account: string
  readonly bucket: string
  readonly prefix: string
  readonly executionRoleArn: string
  readonly kmsKeyArn: string | null
  readonly usesVpc: boolean
}

export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: string | Readonly<Record<string, string>>
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** Role and endpoint names that Timbre gives itself begin so. */
export const ownPrefix = 'timbre-'
export const schedulerRoleName = 'TimbreScheduler'

/** Names of services as principals are the same in every partition. */
export const sageMakerService = 'sagemaker.amazonaws.com'
const schedulerService = 'scheduler.amazonaws.com'
const bedrockService = 'bedrock.amazonaws.com'

export function userPolicy(facts: PolicyFacts): PolicyDocument {
  const { region, account, executionRoleArn, kmsKeyArn } = facts
  const scheduler = arnIn(region, {
    service: 'iam',
    account,
    resource: `role/${schedulerRoleName}`,
  })
  return documentOf([
    {
      Sid: 'Jobs',
      Effect: 'Allow',
      Action: userActions,
      Resource: '*',
    },
    {
      Sid: 'PassRoles',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: [executionRoleArn, scheduler],
      Condition: {
        StringEquals: {
          'iam:PassedToService': [sageMakerService, bedrockService, schedulerService],
        },
      },
    },
    ...bucketStatements(facts, [
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
    ]),
    {
      Sid: 'PublicModels',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: jumpStartObjects(region),
    },
    {
      Sid: 'AutomaticStop',
      Effect: 'Allow',
      Action: [
        'scheduler:CreateSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
        'scheduler:DeleteSchedule',
      ],
      Resource: arnIn(region, {
        service: 'scheduler',
        region,
        account,
        resource: `schedule/*/stop-${ownPrefix}*`,
      }),
    },
    {
      Sid: 'Scaling',
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: '*',
      Condition: {
        StringEquals: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' },
      },
    },
    ...keyStatements(kmsKeyArn),
  ])
}

/** Without conditions on resources, for these actions have none or are told apart by tags alone. */
const userActions: readonly string[] = [
  'sagemaker:CreateTrainingJob',
  'sagemaker:DescribeTrainingJob',
  'sagemaker:ListTrainingJobs',
  'sagemaker:StopTrainingJob',
  'sagemaker:CreateAutoMLJobV2',
  'sagemaker:DescribeAutoMLJobV2',
  'sagemaker:ListAutoMLJobs',
  'sagemaker:ListCandidatesForAutoMLJob',
  'sagemaker:StopAutoMLJob',
  'sagemaker:CreateProcessingJob',
  'sagemaker:DescribeProcessingJob',
  'sagemaker:StopProcessingJob',
  'sagemaker:CreateTransformJob',
  'sagemaker:DescribeTransformJob',
  'sagemaker:StopTransformJob',
  'sagemaker:ListMlflowApps',
  'sagemaker:CallMlflowAppApi',
  'sagemaker-mlflow:GetRun',
  'sagemaker-mlflow:GetMetricHistory',
  'sagemaker:ListHubContents',
  'sagemaker:DescribeHubContent',
  'sagemaker:CreateModel',
  'sagemaker:DescribeModel',
  'sagemaker:DeleteModel',
  'sagemaker:CreateEndpointConfig',
  'sagemaker:DescribeEndpointConfig',
  'sagemaker:DeleteEndpointConfig',
  'sagemaker:CreateEndpoint',
  'sagemaker:DescribeEndpoint',
  'sagemaker:ListEndpoints',
  'sagemaker:UpdateEndpoint',
  'sagemaker:UpdateEndpointWeightsAndCapacities',
  'sagemaker:DeleteEndpoint',
  'sagemaker:CreateInferenceComponent',
  'sagemaker:DescribeInferenceComponent',
  'sagemaker:ListInferenceComponents',
  'sagemaker:DeleteInferenceComponent',
  'sagemaker:InvokeEndpoint',
  'sagemaker:InvokeEndpointAsync',
  'sagemaker:InvokeEndpointWithResponseStream',
  'sagemaker:CreateModelPackageGroup',
  'sagemaker:CreateModelPackage',
  'sagemaker:UpdateModelPackage',
  'sagemaker:DescribeModelPackage',
  'sagemaker:ListModelPackages',
  'sagemaker:ListModelPackageGroups',
  'sagemaker:DescribeModelPackageGroup',
  'sagemaker:DeleteModelPackage',
  'sagemaker:AddTags',
  'sagemaker:ListTags',
  'bedrock:CreateModelCustomizationJob',
  'bedrock:GetModelCustomizationJob',
  'bedrock:StopModelCustomizationJob',
  'bedrock:ListFoundationModels',
  'bedrock:CreateCustomModelDeployment',
  'bedrock:GetCustomModelDeployment',
  'bedrock:ListCustomModelDeployments',
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'logs:DescribeLogStreams',
  'logs:GetLogEvents',
  'cloudwatch:GetMetricData',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:DeleteAlarms',
  'application-autoscaling:RegisterScalableTarget',
  'application-autoscaling:PutScalingPolicy',
  'application-autoscaling:DeregisterScalableTarget',
  'servicequotas:ListServiceQuotas',
  'servicequotas:ListAWSDefaultServiceQuotas',
  'servicequotas:RequestServiceQuotaIncrease',
  'pricing:GetProducts',
  'iam:ListRoles',
  'iam:SimulatePrincipalPolicy',
]

/** What SageMaker, and Bedrock, do in the account's name. */
export function executionRolePolicy(facts: PolicyFacts): PolicyDocument {
  const { region, account, kmsKeyArn, usesVpc, executionRoleArn } = facts
  return documentOf([
    ...bucketStatements(facts, ['s3:GetObject', 's3:PutObject']),
    {
      Sid: 'BaseModels',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: jumpStartObjects(region),
    },
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Action: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'logs:DescribeLogStreams',
      ],
      Resource: arnIn(region, {
        service: 'logs',
        region,
        account,
        resource: 'log-group:/aws/sagemaker/*',
      }),
    },
    {
      Sid: 'MetricsAndImages',
      Effect: 'Allow',
      Action: [
        'cloudwatch:PutMetricData',
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchGetImage',
      ],
      Resource: '*',
    },
    {
      // Autopilot makes the model and tries it in the role's own name.
      Sid: 'Autopilot',
      Effect: 'Allow',
      Action: [
        'sagemaker:CreateModel',
        'sagemaker:DescribeModel',
        'sagemaker:DeleteModel',
        'sagemaker:CreateEndpointConfig',
        'sagemaker:DescribeEndpointConfig',
        'sagemaker:DeleteEndpointConfig',
        'sagemaker:CreateEndpoint',
        'sagemaker:DescribeEndpoint',
        'sagemaker:DeleteEndpoint',
        'sagemaker:InvokeEndpoint',
        'sagemaker:ListTags',
      ],
      Resource: '*',
    },
    {
      // A serverless job reads its recipe in the hub, logs its curves and registers its model in the role's own name.
      Sid: 'Serverless',
      Effect: 'Allow',
      Action: [
        'sagemaker:DescribeHub',
        'sagemaker:DescribeHubContent',
        'sagemaker:ListHubContents',
        'sagemaker:CreateModelPackage',
        'sagemaker:DescribeModelPackage',
        'sagemaker:UpdateModelPackage',
        'sagemaker:DescribeModelPackageGroup',
        'sagemaker:AddTags',
        'sagemaker:CallMlflowAppApi',
        'sagemaker:DescribeMlflowApp',
        'sagemaker-mlflow:CreateExperiment',
        'sagemaker-mlflow:GetExperiment',
        'sagemaker-mlflow:GetExperimentByName',
        'sagemaker-mlflow:CreateRun',
        'sagemaker-mlflow:GetRun',
        'sagemaker-mlflow:UpdateRun',
        'sagemaker-mlflow:SearchRuns',
        'sagemaker-mlflow:LogMetric',
        'sagemaker-mlflow:LogParam',
        'sagemaker-mlflow:LogBatch',
        'sagemaker-mlflow:SetTag',
      ],
      Resource: '*',
    },
    {
      Sid: 'PassItself',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: executionRoleArn,
      Condition: { StringEquals: { 'iam:PassedToService': sageMakerService } },
    },
    ...keyStatements(kmsKeyArn),
    ...(usesVpc ? [vpcStatement] : []),
  ])
}

const vpcStatement: PolicyStatement = {
  Sid: 'Vpc',
  Effect: 'Allow',
  Action: [
    'ec2:CreateNetworkInterface',
    'ec2:CreateNetworkInterfacePermission',
    'ec2:DeleteNetworkInterface',
    'ec2:DeleteNetworkInterfacePermission',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeVpcs',
    'ec2:DescribeDhcpOptions',
    'ec2:DescribeSubnets',
    'ec2:DescribeSecurityGroups',
  ],
  Resource: '*',
}

/** Who may take the execution role on: the services, for this account. */
export function executionRoleTrust(account: string): PolicyDocument {
  return documentOf([
    {
      Effect: 'Allow',
      Principal: { Service: sageMakerService },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
    {
      Effect: 'Allow',
      Principal: { Service: bedrockService },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
  ])
}

/** Ends endpoints at their hour, with this computer switched off. */
export function schedulerRolePolicy({ region, account }: PolicyFacts): PolicyDocument {
  return documentOf([
    {
      Sid: 'EndEndpoints',
      Effect: 'Allow',
      Action: 'sagemaker:DeleteEndpoint',
      Resource: arnIn(region, {
        service: 'sagemaker',
        region,
        account,
        resource: `endpoint/${ownPrefix}*`,
      }),
    },
    {
      Sid: 'EndComponents',
      Effect: 'Allow',
      Action: 'sagemaker:DeleteInferenceComponent',
      Resource: arnIn(region, {
        service: 'sagemaker',
        region,
        account,
        resource: `inference-component/${ownPrefix}*`,
      }),
    },
  ])
}

export function schedulerRoleTrust(account: string): PolicyDocument {
  return documentOf([
    {
      Effect: 'Allow',
      Principal: { Service: schedulerService },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
  ])
}

/** Nothing reaches the bucket unencrypted. */
export function tlsOnlyPolicy(region: string, bucket: string): PolicyDocument {
  return documentOf([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: bucketArns(region, bucket),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ])
}

function bucketArns(region: string, bucket: string): string[] {
  return [bucket, `${bucket}/*`].map((resource) => arnIn(region, { service: 's3', resource }))
}

function bucketStatements(
  { region, bucket, prefix }: PolicyFacts,
  objectActions: readonly string[],
): PolicyStatement[] {
  const arn = (resource: string) => arnIn(region, { service: 's3', resource })
  return [
    {
      Sid: 'Bucket',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
      Resource: arn(bucket),
    },
    {
      Sid: 'Objects',
      Effect: 'Allow',
      Action: objectActions,
      Resource: arn(`${bucket}/${prefix}/*`),
    },
  ]
}

function jumpStartObjects(region: string): string[] {
  const arn = (resource: string) => arnIn(region, { service: 's3', resource })
  return [`jumpstart-cache-prod-${region}`, `jumpstart-private-cache-prod-${region}`].flatMap(
    (bucket) => [arn(bucket), arn(`${bucket}/*`)],
  )
}

function keyStatements(kmsKeyArn: string | null): PolicyStatement[] {
  if (kmsKeyArn === null) return []
  return [
    {
      Sid: 'Key',
      Effect: 'Allow',
      Action: [
        'kms:Decrypt',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
        'kms:CreateGrant',
      ],
      Resource: kmsKeyArn,
    },
  ]
}

function documentOf(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}
