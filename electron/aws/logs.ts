/** A training job's log, page after page. */
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { AwsClients } from './clients.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'

const logGroupName = '/aws/sagemaker/TrainingJobs'

export interface LogPage {
  readonly lines: readonly { readonly atMs: number; readonly line: string }[]
  /** To go on from; equal to the token sent when there is nothing newer. */
  readonly forwardToken: string | null
}

/** Null while the job's container has written nothing. */
export async function findLogStream({ logs }: AwsClients, jobName: string): Promise<string | null> {
  try {
    const found = await logs.send(
      new DescribeLogStreamsCommand({
        logGroupName,
        logStreamNamePrefix: `${jobName}/`,
        limit: 1,
      }),
    )
    return found.logStreams?.[0]?.logStreamName ?? null
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'NotFound') return null
    throw refusal
  }
}

export async function readLogPage(
  { logs }: AwsClients,
  logStreamName: string,
  token: string | null,
): Promise<LogPage> {
  const page = await withAwsErrors(() =>
    logs.send(
      new GetLogEventsCommand({
        logGroupName,
        logStreamName,
        startFromHead: true,
        ...(token === null ? {} : { nextToken: token }),
      }),
    ),
  )
  return {
    // Progress bars arrive as one message with carriage returns.
    lines: (page.events ?? []).flatMap((event) =>
      (event.message ?? '')
        .split(/[\r\n]+/)
        .filter((line) => line !== '')
        .map((line) => ({ atMs: event.timestamp ?? 0, line })),
    ),
    forwardToken: page.nextForwardToken ?? null,
  }
}
