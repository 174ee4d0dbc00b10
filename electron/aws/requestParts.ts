/** What a workspace adds to each request that it makes: keys, network, tags. */
import type { Channel, S3DataType } from '@aws-sdk/client-sagemaker'
import type { Connection } from './workspace.ts'

/** @param more those of the app; AWS allows 50 in all */
export function tagsOf(
  { tags }: Pick<Connection, 'tags'>,
  more: readonly { readonly Key: string; readonly Value: string }[] = [],
): { Key: string; Value: string }[] {
  const own = new Map(tags.map(({ key, value }) => [key, value]))
  for (const { Key, Value } of more) own.set(Key, Value)
  return [...own].slice(0, 50).map(([Key, Value]) => ({ Key, Value }))
}

export function vpcOf({ vpc }: Pick<Connection, 'vpc'>) {
  return vpc && { Subnets: [...vpc.subnetIds], SecurityGroupIds: [...vpc.securityGroupIds] }
}

/** Machines with disks of their own, which their hardware encrypts. @see EC2's guide, "Instance store volumes" */
const withOwnDisks =
  /^ml\.(g4dn|g5|g6|g6e|gr6|p3dn|p4d|p4de|p5|p5e|p5en|p6-\w+|trn1|trn1n|trn2|[cmr]\d[a-z]*d[a-z]*)\./

/** The workspace's key for a job's disk, where its machine takes one: SageMaker refuses a key for a disk of its own. */
export function volumeKeyOf(
  { kmsKeyArn }: Pick<Connection, 'kmsKeyArn'>,
  instanceType: string,
): { VolumeKmsKeyId?: string } {
  return kmsKeyArn === null || withOwnDisks.test(instanceType) ? {} : { VolumeKmsKeyId: kmsKeyArn }
}

export function channelOf(
  ChannelName: string,
  S3Uri: string,
  S3DataType: S3DataType = 'S3Prefix',
): Channel {
  return {
    ChannelName,
    InputMode: 'File',
    DataSource: {
      S3DataSource: { S3DataType, S3Uri, S3DataDistributionType: 'FullyReplicated' },
    },
  }
}

/** What creating a job takes of a connection. */
export type JobConnection = Pick<Connection, 'clients' | 'roleArn' | 'kmsKeyArn' | 'vpc' | 'tags'>
