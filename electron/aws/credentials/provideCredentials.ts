/** Credentials from each kind of source, by the SDK's own providers where there is one. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { fromEnv, fromIni } from '@aws-sdk/credential-providers'
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AwsCredentialIdentity } from '@smithy/types'
import { AppError } from '../../../shared/errors.ts'
import type { AccessKeys, CredentialSource, ServiceName } from '../../../shared/workspace.ts'
import { runCredentialProcess } from './credentialProcess.ts'

export interface ProvideOptions {
  readonly source: CredentialSource
  readonly region: string
  readonly endpointOf: (service: ServiceName) => string | undefined
  readonly requestHandler: (service: ServiceName) => NodeHttpHandler
  /** Typed in and kept by the key store; null where there are none. */
  readonly readKeys: () => Promise<AccessKeys | null>
  /** An IAM Identity Center access token for a source without a profile; null where none is valid. */
  readonly readSsoToken: () => Promise<string | null>
  /** The code that an MFA device shows; refuses where nobody can be asked. */
  readonly mfaCode: (serial: string) => Promise<string>
}

/** A role's session lasts this long unless the profile says otherwise; every role allows it. */
const sessionSeconds = 3600

/** @throws what the providers throw; AppError CredentialsMissing where nothing was set */
export async function provideCredentials(options: ProvideOptions): Promise<AwsCredentialIdentity> {
  const { source } = options
  switch (source.kind) {
    case 'profile':
      return fromProfile(options, source.profile)
    case 'environment':
      return fromEnv()()
    case 'process':
      return runCredentialProcess(source.command)
    case 'keys':
      return requireKeys(options)
    case 'sso':
      return fromIdentityCenter(options, source)
    case 'role': {
      const start =
        source.sourceProfile === null
          ? await fromEnv()()
          : await fromProfile(options, source.sourceProfile)
      return assumeRole(options, start, {
        RoleArn: source.roleArn,
        ...(source.externalId !== null && { ExternalId: source.externalId }),
        ...(source.mfaSerial !== null && {
          SerialNumber: source.mfaSerial,
          TokenCode: await options.mfaCode(source.mfaSerial),
        }),
      })
    }
  }
}

async function requireKeys({ readKeys }: ProvideOptions): Promise<AwsCredentialIdentity> {
  const keys = await readKeys()
  if (!keys) throw new AppError('CredentialsMissing', 'No access keys are kept for this workspace')
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  return { accessKeyId, secretAccessKey, ...(sessionToken !== null && { sessionToken }) }
}

function fromProfile(options: ProvideOptions, profile: string): Promise<AwsCredentialIdentity> {
  const { endpointOf, requestHandler, region, mfaCode } = options
  const endpoint = endpointOf('sso')
  return fromIni({
    profile,
    ignoreCache: true,
    // For IAM Identity Center; its region is the profile's own.
    clientConfig: { requestHandler: requestHandler('sso'), ...(endpoint && { endpoint }) },
    parentClientConfig: { region },
    mfaCodeProvider: mfaCode,
    roleAssumer: (start, parameters) => assumeRole(options, start, parameters),
  })()
}

/** With a token of our own instead of the file that AWS's command line keeps. */
async function fromIdentityCenter(
  options: ProvideOptions,
  source: Extract<CredentialSource, { kind: 'sso' }>,
): Promise<AwsCredentialIdentity> {
  const accessToken = await options.readSsoToken()
  if (accessToken === null)
    throw new AppError('SignInExpired', 'There is no valid session at IAM Identity Center')
  const { SSOClient, GetRoleCredentialsCommand } = await import('@aws-sdk/client-sso')
  const endpoint = options.endpointOf('sso')
  const client = new SSOClient({
    region: source.ssoRegion,
    requestHandler: options.requestHandler('sso'),
    ...(endpoint && { endpoint }),
  })
  try {
    const { roleCredentials } = await client.send(
      new GetRoleCredentialsCommand({
        accessToken,
        accountId: source.accountId,
        roleName: source.roleName,
      }),
    )
    return requireComplete(
      roleCredentials?.accessKeyId,
      roleCredentials?.secretAccessKey,
      roleCredentials?.sessionToken,
      roleCredentials?.expiration === undefined ? undefined : new Date(roleCredentials.expiration),
    )
  } finally {
    client.destroy()
  }
}

type AssumeRoleInput = Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]>

async function assumeRole(
  { region, endpointOf, requestHandler }: ProvideOptions,
  start: AwsCredentialIdentity,
  parameters: AssumeRoleInput,
): Promise<AwsCredentialIdentity> {
  const endpoint = endpointOf('sts')
  const sts = new STSClient({
    region,
    credentials: start,
    requestHandler: requestHandler('sts'),
    ...(endpoint && { endpoint }),
  })
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: undefined,
        RoleSessionName: `timbre-${Date.now()}`,
        DurationSeconds: sessionSeconds,
        ...parameters,
      }),
    )
    return requireComplete(
      given?.AccessKeyId,
      given?.SecretAccessKey,
      given?.SessionToken,
      given?.Expiration,
    )
  } finally {
    sts.destroy()
  }
}

function requireComplete(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
  expiration: Date | undefined,
): AwsCredentialIdentity {
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new AppError('CredentialsMissing', 'The answer held no credentials')
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
  }
}
