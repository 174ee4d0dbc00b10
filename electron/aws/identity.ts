/** Who the credentials belong to: the connection test of a workspace. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { Caller } from '../../shared/workspace.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

/** Needs no permission. */
export async function getCaller({ sts }: Pick<AwsClients, 'sts'>): Promise<Caller> {
  const identity = await withAwsErrors(() => sts.send(new GetCallerIdentityCommand({})))
  return {
    account: identity.Account ?? '',
    arn: identity.Arn ?? '',
    userId: identity.UserId ?? '',
  }
}
