/** What a fuzz run stores beforehand, and has to find unharmed: objects of several kinds and a record of each kind. */
import { createHash } from 'node:crypto'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  AddTagsCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListTagsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { Upload } from '@aws-sdk/lib-storage'
import { mulberry32 } from '../../electron/engine/random.ts'
import type { FuzzEngine } from './fuzzConnection.ts'
import { createDice } from './fuzzValues.ts'

/** By what was asked: a hash of content and properties, or the description as JSON. */
export type Kept = Readonly<Record<string, string>>

const Bucket = 'keep'
const name = 'keep-model'

function clientsOf(engine: FuzzEngine) {
  const options = { endpoint: engine.endpoint, region: engine.region, credentials: engine }
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sageMaker: new SageMakerClient(options),
  }
}

export async function storeKept(engine: FuzzEngine): Promise<Kept> {
  const { s3, sageMaker } = clientsOf(engine)
  const dice = createDice(mulberry32(1))
  for (const bucket of [Bucket, 'fuzz-1', 'fuzz-2']) {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  }
  for (const [Key, size] of [
    ['object', 100_000],
    ['empty', 0],
    ['ü/../ <&>"', 1000],
  ] as const) {
    const Metadata = { origin: 'before the run' }
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: dice.bytes(size), Metadata }))
  }
  const params = { Bucket, Key: 'in parts', Body: dice.bytes(6 * 1024 * 1024) }
  await new Upload({ client: s3, params }).done()

  const container = { Image: 'image:1', ModelDataUrl: `s3://${Bucket}/object` }
  await sageMaker.send(new CreateModelCommand({ ModelName: name, PrimaryContainer: container }))
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [{ VariantName: 'all', ModelName: name, InstanceType: 'ml.m5.large' }],
    }),
  )
  const group = await sageMaker.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName: name }),
  )
  await sageMaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: name,
      InferenceSpecification: { Containers: [container] },
      CustomerMetadataProperties: { loss: '1.5' },
    }),
  )
  await sageMaker.send(
    new AddTagsCommand({
      ResourceArn: group.ModelPackageGroupArn,
      Tags: [{ Key: 'kept', Value: 'yes' }],
    }),
  )
  return readKept(engine)
}

async function readKept(engine: FuzzEngine): Promise<Kept> {
  const { s3, sageMaker } = clientsOf(engine)
  const kept: Record<string, string> = {}
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  kept['the listing'] = JSON.stringify(Contents)
  for (const { Key } of Contents) {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key }))
    const hash = createHash('sha256').update((await object.Body?.transformToByteArray()) ?? '')
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    kept[`object ${Key}`] = `${hash.digest('hex')} ${written(head)}`
  }
  const { ModelPackageGroupArn, ...group } = await sageMaker.send(
    new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name }),
  )
  const described = {
    group,
    model: await sageMaker.send(new DescribeModelCommand({ ModelName: name })),
    config: await sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name })),
    version: await sageMaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: `${name}/1` }),
    ),
    tags: await sageMaker.send(new ListTagsCommand({ ResourceArn: ModelPackageGroupArn })),
  }
  for (const [kind, facts] of Object.entries(described)) kept[kind] = written(facts)
  return kept
}

/** Without what belongs to the one answer. */
function written(output: object): string {
  return JSON.stringify({ ...output, $metadata: undefined })
}

/** @throws Error naming what changed */
export async function checkKept(engine: FuzzEngine, before: Kept): Promise<void> {
  const after = await readKept(engine)
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names].filter((one) => before[one] !== after[one])
  if (changed.length > 0) {
    const [first = ''] = changed
    throw new Error(
      `The run changed ${changed.join(', ')}: ${String(before[first])} became ${String(after[first])}.`,
    )
  }
}
