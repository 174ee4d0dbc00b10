/** The log of an endpoint's containers. */
import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { fromSdkError } from './errors.ts'
import type { Connection } from './workspace.ts'

/** Whether a container has begun to write. Not being allowed to know counts as no. */
export async function hasEndpointLog({ clients }: Connection, name: string): Promise<boolean> {
  try {
    const { logStreams } = await clients.logs.send(
      new DescribeLogStreamsCommand({ logGroupName: `/aws/sagemaker/Endpoints/${name}`, limit: 1 }),
    )
    return (logStreams ?? []).length > 0
  } catch (error) {
    const { code } = fromSdkError(error)
    if (code === 'NotFound' || code === 'AccessDenied') return false
    throw error
  }
}
