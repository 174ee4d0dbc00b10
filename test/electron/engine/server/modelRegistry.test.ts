/** The model registry through the SDK: groups, versions, approval, and models made from them. */
import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  UpdateModelPackageCommand,
  waitUntilEndpointInService,
  type CreateModelPackageCommandInput,
  type ListModelPackagesCommandInput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, tinyModelId, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
let sageMaker: SageMakerClient
beforeAll(async () => {
  engine = await startTestEngine()
  sageMaker = engine.clients.sageMaker
})
afterAll(() => engine.stop())

const arnPrefix = 'arn:aws:sagemaker:us-east-1:000000000000'
const ModelDataSource = {
  S3DataSource: {
    S3Uri: `s3://timbre-models/${tinyModelId}/1.0.0/`,
    S3DataType: 'S3Prefix',
    CompressionType: 'None',
  },
} as const
const InferenceSpecification = {
  Containers: [
    {
      Image: '000000000000.dkr.ecr.us-east-1.amazonaws.com/timbre-inference:1.0.0',
      ModelDataSource,
      Environment: { MAX_INPUT_LENGTH: '512' },
      BaseModel: { HubContentName: tinyModelId, HubContentVersion: '1.0.0' },
    },
  ],
  SupportedContentTypes: ['application/json'],
  SupportedResponseMIMETypes: ['application/json'],
}

async function createGroup(ModelPackageGroupName: string) {
  const { ModelPackageGroupArn = '' } = await sageMaker.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName }),
  )
  return ModelPackageGroupArn
}

async function createVersion(
  ModelPackageGroupName: string,
  more: Partial<CreateModelPackageCommandInput> = {},
) {
  const { ModelPackageArn = '' } = await sageMaker.send(
    new CreateModelPackageCommand({ ModelPackageGroupName, InferenceSpecification, ...more }),
  )
  return ModelPackageArn
}

const describe = (ModelPackageName: string) =>
  sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName }))

async function listedVersions(input: ListModelPackagesCommandInput) {
  const { ModelPackageSummaryList = [] } = await sageMaker.send(new ListModelPackagesCommand(input))
  return ModelPackageSummaryList.map((summary) => summary.ModelPackageVersion)
}

test('a group is made, described by name or ARN, listed and deleted', async () => {
  const { ModelPackageGroupArn } = await sageMaker.send(
    new CreateModelPackageGroupCommand({
      ModelPackageGroupName: 'Help-Desk',
      ModelPackageGroupDescription: 'Answers like our help desk: “brief”, 100 %.',
      Tags: [{ Key: 'team', Value: 'support' }],
    }),
  )
  expect(ModelPackageGroupArn).toBe(`${arnPrefix}:model-package-group/help-desk`)
  for (const ModelPackageGroupName of ['Help-Desk', ModelPackageGroupArn]) {
    const group = await sageMaker.send(
      new DescribeModelPackageGroupCommand({ ModelPackageGroupName }),
    )
    expect(group).toMatchObject({
      ModelPackageGroupName: 'Help-Desk',
      ModelPackageGroupArn,
      ModelPackageGroupDescription: 'Answers like our help desk: “brief”, 100 %.',
      ModelPackageGroupStatus: 'Completed',
      CreatedBy: {},
    })
    expect(group.CreationTime).toBeInstanceOf(Date)
  }
  const { Tags } = await sageMaker.send(new ListTagsCommand({ ResourceArn: ModelPackageGroupArn }))
  expect(Tags).toEqual([{ Key: 'team', Value: 'support' }])
  await expect(createGroup('help-desk')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Model Package Group already exists'),
  })
  await sageMaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'Help-Desk' }))
  await expect(
    sageMaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'Help-Desk' })),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: `ModelPackageGroup ${ModelPackageGroupArn} does not exist.`,
  })
})

test('groups are listed by name and in pages', async () => {
  for (const name of ['list-b', 'list-a', 'list-c']) await createGroup(name)
  const list = (more: object) =>
    sageMaker.send(
      new ListModelPackageGroupsCommand({ NameContains: 'list-', MaxResults: 2, ...more }),
    )
  const first = await list({ SortBy: 'Name', SortOrder: 'Ascending' })
  const second = await list({
    SortBy: 'Name',
    SortOrder: 'Ascending',
    NextToken: first.NextToken,
  })
  const names = [first, second].flatMap(({ ModelPackageGroupSummaryList = [] }) =>
    ModelPackageGroupSummaryList.map((group) => group.ModelPackageGroupName),
  )
  expect(names).toEqual(['list-a', 'list-b', 'list-c'])
  expect(second.NextToken).toBeUndefined()
  expect((await list({ CreationTimeAfter: new Date(Date.now() + 60_000) })).NextToken).toBe(
    undefined,
  )
})

test('a version keeps what it was registered with, over a restart too', async () => {
  await createGroup('kept')
  const input = {
    ModelPackageDescription: 'second candidate',
    ModelApprovalStatus: 'Approved',
    CustomerMetadataProperties: { final_loss: '1.25', 'base model': tinyModelId },
    ModelMetrics: {
      ModelQuality: {
        Statistics: { ContentType: 'application/json', S3Uri: 's3://reports/kept.json' },
      },
    },
    MetadataProperties: { GeneratedBy: 'timbre' },
    Domain: 'NATURAL_LANGUAGE_PROCESSING',
    Task: 'TEXT_GENERATION',
    SkipModelValidation: 'All',
    ModelCard: { ModelCardContent: '{}', ModelCardStatus: 'Draft' },
    ModelLifeCycle: { Stage: 'Development', StageStatus: 'InReview' },
  } as const
  const arn = await createVersion('kept', input)
  expect(arn).toBe(`${arnPrefix}:model-package/kept/1`)
  engine = await engine.restart()
  sageMaker = engine.clients.sageMaker
  for (const name of [arn, 'kept/1', 'KEPT/1']) {
    expect(await describe(name)).toMatchObject({
      ...input,
      InferenceSpecification,
      ModelPackageArn: arn,
      ModelPackageGroupName: 'kept',
      ModelPackageVersion: 1,
      ModelPackageStatus: 'Completed',
      ModelPackageStatusDetails: { ValidationStatuses: [] },
    })
  }
})

test('versions are numbered, and the number of a deleted one is not given again', async () => {
  await createGroup('numbered')
  for (const expected of [1, 2]) {
    expect(await createVersion('numbered')).toMatch(new RegExp(`/numbered/${expected}$`))
  }
  await sageMaker.send(new DeleteModelPackageCommand({ ModelPackageName: 'numbered/2' }))
  await expect(describe('numbered/2')).rejects.toMatchObject({
    name: 'ValidationException',
    message: `ModelPackage ${arnPrefix}:model-package/numbered/2 does not exist.`,
  })
  expect(await createVersion(`${arnPrefix}:model-package-group/numbered`)).toMatch(/numbered\/3$/)
})

test('versions are listed by group, approval, time and page; the newest first', async () => {
  await createGroup('listed')
  await createGroup('other')
  for (const ModelApprovalStatus of ['Approved', undefined, 'Rejected', 'Approved'] as const) {
    await createVersion('listed', { ...(ModelApprovalStatus ? { ModelApprovalStatus } : {}) })
  }
  await createVersion('other')
  const ModelPackageGroupName = 'listed'
  expect(await listedVersions({ ModelPackageGroupName })).toEqual([4, 3, 2, 1])
  expect(
    await listedVersions({
      ModelPackageGroupName,
      ModelApprovalStatus: 'Approved',
      SortBy: 'CreationTime',
      SortOrder: 'Ascending',
    }),
  ).toEqual([1, 4])
  expect(
    await listedVersions({ ModelPackageGroupName, ModelApprovalStatus: 'PendingManualApproval' }),
  ).toEqual([2])
  const first = await sageMaker.send(
    new ListModelPackagesCommand({ ModelPackageGroupName, MaxResults: 3 }),
  )
  expect(
    await listedVersions({
      ModelPackageGroupName,
      MaxResults: 3,
      ...(first.NextToken ? { NextToken: first.NextToken } : {}),
    }),
  ).toEqual([1])
  const inAnHour = new Date(Date.now() + 3_600_000)
  expect(await listedVersions({ ModelPackageGroupName, CreationTimeAfter: inAnHour })).toEqual([])
  expect(
    await listedVersions({ ModelPackageGroupName, CreationTimeBefore: inAnHour }),
  ).toHaveLength(4)
  expect(await listedVersions({ ModelPackageType: 'Versioned', NameContains: 'othe' })).toEqual([1])
  await expect(listedVersions({ ModelPackageGroupName: 'absent' })).rejects.toMatchObject({
    name: 'ValidationException',
  })
})

test('a package without versions has a name of its own', async () => {
  const { ModelPackageArn } = await sageMaker.send(
    new CreateModelPackageCommand({
      ModelPackageName: 'single',
      InferenceSpecification,
      Tags: [{ Key: 'a', Value: 'b' }],
    }),
  )
  const single = await describe('single')
  expect(single).toMatchObject({ ModelPackageName: 'single', ModelPackageArn })
  expect(single.ModelApprovalStatus).toBeUndefined()
  const { ModelPackageSummaryList } = await sageMaker.send(new ListModelPackagesCommand({}))
  expect(ModelPackageSummaryList?.map((summary) => summary.ModelPackageName)).toEqual(['single'])
  await expect(
    sageMaker.send(
      new CreateModelPackageCommand({ ModelPackageName: 'single', InferenceSpecification }),
    ),
  ).rejects.toMatchObject({ name: 'ConflictException' })
  await expect(
    sageMaker.send(
      new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }),
    ),
  ).rejects.toMatchObject({ name: 'ValidationException' })
})

test('approval, description and metadata change; the rest stays', async () => {
  await createGroup('updated')
  const ModelPackageArn = await createVersion('updated', {
    CustomerMetadataProperties: { kept: '1', changed: 'old', removed: 'x' },
  })
  await sageMaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'Read twenty answers.',
      CustomerMetadataProperties: { changed: 'new', added: '2' },
      CustomerMetadataPropertiesToRemove: ['removed', 'never-there'],
      AdditionalInferenceSpecificationsToAdd: [{ ...InferenceSpecification, Name: 'larger' }],
    }),
  )
  const updated = await describe(ModelPackageArn)
  expect(updated).toMatchObject({
    ModelApprovalStatus: 'Approved',
    ApprovalDescription: 'Read twenty answers.',
    InferenceSpecification,
    AdditionalInferenceSpecifications: [{ Name: 'larger' }],
  })
  expect(updated.CustomerMetadataProperties).toEqual({ kept: '1', changed: 'new', added: '2' })
  expect(updated.LastModifiedTime?.getTime()).toBeGreaterThanOrEqual(
    updated.CreationTime?.getTime() ?? Infinity,
  )
  const tooMany = Object.fromEntries(
    Array.from({ length: 48 }, (_, index) => [`key${index}`, 'value']),
  )
  await expect(
    sageMaker.send(
      new UpdateModelPackageCommand({ ModelPackageArn, CustomerMetadataProperties: tooMany }),
    ),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(
    sageMaker.send(
      new UpdateModelPackageCommand({
        ModelPackageArn,
        AdditionalInferenceSpecificationsToAdd: [{ ...InferenceSpecification, Name: 'larger' }],
      }),
    ),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(
    sageMaker.send(
      new UpdateModelPackageCommand({ ModelPackageArn: `${arnPrefix}:model-package/absent/1` }),
    ),
  ).rejects.toMatchObject({ name: 'ValidationException' })
})

test('a group that holds packages cannot be deleted', async () => {
  await createGroup('full')
  const ModelPackageName = await createVersion('full')
  const remove = () =>
    sageMaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'full' }))
  await expect(remove()).rejects.toMatchObject({ name: 'ConflictException' })
  await sageMaker.send(
    new AddTagsCommand({ ResourceArn: ModelPackageName, Tags: [{ Key: 'a', Value: 'b' }] }),
  )
  await sageMaker.send(new DeleteModelPackageCommand({ ModelPackageName }))
  await remove()
  const { Tags } = await sageMaker.send(new ListTagsCommand({ ResourceArn: ModelPackageName }))
  expect(Tags).toEqual([])
})

test('the same token makes one version; for another package it is a conflict', async () => {
  await createGroup('token')
  const ClientToken = 'a-token-of-the-client'
  const first = await createVersion('token', { ClientToken })
  expect(await createVersion('token', { ClientToken })).toBe(first)
  await expect(
    createVersion('token', { ClientToken, ModelPackageDescription: 'another' }),
  ).rejects.toMatchObject({ name: 'ConflictException' })
  expect(await listedVersions({ ModelPackageGroupName: 'token' })).toEqual([1])
})

test.each([
  ['both names', { ModelPackageName: 'x', ModelPackageGroupName: 'kept' }, /Both ModelPackageName/],
  ['no name', {}, /Missing ARN/],
  ['an unknown group', { ModelPackageGroupName: 'absent' }, /does not exist/],
  [
    'tags on a version',
    { ModelPackageGroupName: 'kept', Tags: [{ Key: 'a', Value: 'b' }] },
    /tag its group/,
  ],
  [
    'approval of a package without versions',
    { ModelPackageName: 'x', ModelApprovalStatus: 'Approved' },
    /versioned/,
  ],
  [
    'nothing to deploy',
    { ModelPackageGroupName: 'kept', InferenceSpecification: undefined },
    /InferenceSpecification/,
  ],
  [
    'no containers',
    { ModelPackageGroupName: 'kept', InferenceSpecification: { Containers: [] } },
    /'inferenceSpecification.containers' failed to satisfy constraint: Member must have length greater/,
  ],
  [
    'an odd approval',
    { ModelPackageGroupName: 'kept', ModelApprovalStatus: 'Perhaps' },
    /enum value set/,
  ],
  [
    'metadata with odd characters',
    { ModelPackageGroupName: 'kept', CustomerMetadataProperties: { a: '{}' } },
    /regular expression pattern: \[\\p\{L\}[^/]*\/=\+\\-@\]\*$/,
  ],
])('refuses %s', async (_, input, message) => {
  const create = new CreateModelPackageCommand({
    InferenceSpecification,
    ...input,
  } as CreateModelPackageCommandInput)
  await expect(sageMaker.send(create)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  })
})

test('an approved version becomes a model and answers', async () => {
  await createGroup('deployed')
  const ModelPackageName = await createVersion('deployed')
  const create = (ModelName: string, container: object) =>
    sageMaker.send(new CreateModelCommand({ ModelName, PrimaryContainer: container }))
  await expect(create('from-registry', { ModelPackageName })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('PendingManualApproval'),
  })
  await sageMaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: ModelPackageName,
      ModelApprovalStatus: 'Approved',
    }),
  )
  await expect(create('from-registry', { ModelPackageName, Image: 'image' })).rejects.toMatchObject(
    { name: 'ValidationException' },
  )
  await expect(create('from-registry', {})).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(create('from-registry', { ModelPackageName: 'deployed/7' })).rejects.toMatchObject({
    message: expect.stringContaining('does not exist'),
  })

  await sageMaker.send(
    new CreateModelCommand({ ModelName: 'from-registry', Containers: [{ ModelPackageName }] }),
  )
  expect(
    await sageMaker.send(new DescribeModelCommand({ ModelName: 'from-registry' })),
  ).toMatchObject({ Containers: [{ ModelPackageName }] })
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'from-registry',
      ProductionVariants: [
        { VariantName: 'all', ModelName: 'from-registry', InstanceType: 'ml.m5.large' },
      ],
    }),
  )
  const EndpointName = 'from-registry'
  await sageMaker.send(
    new CreateEndpointCommand({ EndpointName, EndpointConfigName: 'from-registry' }),
  )
  await waitUntilEndpointInService(
    { client: sageMaker, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
    { EndpointName },
  )
  const answer = await engine.clients.runtime.send(
    new InvokeEndpointCommand({
      EndpointName,
      ContentType: 'application/json',
      Body: JSON.stringify({ inputs: 'Hi', parameters: { max_new_tokens: 2 } }),
    }),
  )
  expect(answer.InvokedProductionVariant).toBe('all')
  expect(JSON.parse(answer.Body.transformToString())).toEqual([
    { generated_text: expect.any(String) },
  ])
})

test('more than one container, in a model or a package, is refused', async () => {
  const [container] = InferenceSpecification.Containers
  const several = [container, container].flatMap((one) => (one ? [one] : []))
  await expect(
    sageMaker.send(
      new CreateModelCommand({
        ModelName: 'several',
        Containers: several.map(({ Image }) => ({ Image, ModelDataSource })),
      }),
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('one container') })
  await createGroup('several')
  const ModelPackageName = await createVersion('several', {
    ModelApprovalStatus: 'Approved',
    InferenceSpecification: { ...InferenceSpecification, Containers: several },
  })
  await expect(
    sageMaker.send(
      new CreateModelCommand({ ModelName: 'several', PrimaryContainer: { ModelPackageName } }),
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('one container') })
})
