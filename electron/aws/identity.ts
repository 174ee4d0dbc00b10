/** Who the credentials belong to: the connection test of a workspace. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

export async function getAccount({ sts }: AwsClients): Promise<string> {
  const identity = await withAwsErrors(() => sts.send(new GetCallerIdentityCommand({})))
  return identity.Account ?? ''
}
