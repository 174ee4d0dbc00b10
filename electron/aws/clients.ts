/** SDK clients for a target: the one place where endpoints and credentials are set. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { STSClient } from '@aws-sdk/client-sts'
import type { Target } from './target.ts'

export interface AwsClients {
  readonly s3: S3Client
  readonly sageMaker: SageMakerClient
  readonly runtime: SageMakerRuntimeClient
  readonly logs: CloudWatchLogsClient
  readonly sts: STSClient
}

export function createClients(target: Target): AwsClients {
  const options = {
    endpoint: target.endpoint,
    region: target.region,
    credentials: {
      accessKeyId: target.accessKeyId,
      secretAccessKey: target.secretAccessKey,
    },
  }
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sageMaker: new SageMakerClient(options),
    // A generation that was paid for must not be repeated behind the user's back.
    runtime: new SageMakerRuntimeClient({ ...options, maxAttempts: 1 }),
    logs: new CloudWatchLogsClient(options),
    sts: new STSClient(options),
  }
}

export function destroyClients(clients: AwsClients): void {
  for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy() // all have it
}
