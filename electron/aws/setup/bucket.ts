/** The workspace's bucket: whether it is there, ours and private; and making one that is. */
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetBucketPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { AppError } from '../../../shared/errors.ts'
import { tlsOnlyPolicy } from '../../../shared/policies.ts'
import { fromSdkError, withAwsErrors } from '../errors.ts'
import type { AwsClients } from '../clients.ts'

interface Place {
  readonly clients: Pick<AwsClients, 's3'>
  readonly region: string
}

/** The one region whose name CreateBucket must not be told. */
const regionOfNoName = 'us-east-1'
const abandonedUploadDays = 7

/**
 * Names of buckets can be guessed, so that anybody may have taken this one before: whose it is counts.
 *
 * @returns false where the name is free
 * @throws AppError BucketForeign, and as S3 answers otherwise
 */
export async function bucketExists(
  { clients }: Place,
  bucket: string,
  account: string,
): Promise<boolean> {
  try {
    await clients.s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account }))
    return true
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'NotFound') return false
    // HEAD has no body, so that S3 says nothing more than 403.
    if (refusal.code === 'AccessDenied')
      throw new AppError('BucketForeign', `The bucket ${bucket} is not this account's`, {
        details: { ...refusal.details, bucket },
        cause: error,
      })
    throw refusal
  }
}

/** Whether nobody outside the account can read it. */
export async function isBucketPrivate({ clients }: Place, bucket: string): Promise<boolean> {
  const { s3 } = clients
  try {
    const { PublicAccessBlockConfiguration: block } = await s3.send(
      new GetPublicAccessBlockCommand({ Bucket: bucket }),
    )
    if (block?.RestrictPublicBuckets === true && block.IgnorePublicAcls === true) return true
  } catch (error) {
    const refusal = fromSdkError(error)
    const isUnset = refusal.details['awsError'] === 'NoSuchPublicAccessBlockConfiguration'
    if (!isUnset) throw refusal
  }
  try {
    const { PolicyStatus } = await s3.send(new GetBucketPolicyStatusCommand({ Bucket: bucket }))
    return PolicyStatus?.IsPublic !== true
  } catch (error) {
    const refusal = fromSdkError(error)
    // Buckets are private unless a policy says otherwise; ACLs are off in those made since 2023.
    if (refusal.details['awsError'] === 'NoSuchBucketPolicy') return true
    throw refusal
  }
}

/** Public access blocked, encrypted, TLS only, and abandoned uploads taken away. One that is ours already is kept. */
export async function createPrivateBucket(
  { clients, region }: Place,
  bucket: string,
  kmsKeyArn: string | null,
): Promise<void> {
  const { s3 } = clients
  await withAwsErrors(() =>
    s3.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ...(region !== regionOfNoName && {
          CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
        }),
      }),
    ),
  ).catch((refusal: AppError) => {
    if (refusal.details['awsError'] !== 'BucketAlreadyOwnedByYou') throw refusal
  })
  await withAwsErrors(async () => {
    await s3.send(
      new PutPublicAccessBlockCommand({
        Bucket: bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      }),
    )
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket: bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault:
                kmsKeyArn === null
                  ? { SSEAlgorithm: 'AES256' }
                  : { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn },
              BucketKeyEnabled: kmsKeyArn !== null,
            },
          ],
        },
      }),
    )
    await s3.send(
      new PutBucketPolicyCommand({
        Bucket: bucket,
        Policy: JSON.stringify(tlsOnlyPolicy(region, bucket)),
      }),
    )
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: 'abandoned-uploads',
              Status: 'Enabled',
              Filter: { Prefix: '' },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: abandonedUploadDays },
            },
          ],
        },
      }),
    )
  })
}
