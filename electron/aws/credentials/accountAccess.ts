/** A workspace's credentials for all of its clients, as its source, its network and its endpoints give them. */
import { isLoopbackHost } from '../../../shared/hosts.ts'
import { AppError } from '../../../shared/errors.ts'
import type { AccessKeys, CredentialSource, ServiceName } from '../../../shared/workspace.ts'
import { fromSdkError } from '../errors.ts'
import { createRequestHandler } from '../requestHandler.ts'
import type { AwsTarget, NetworkSettings } from '../target.ts'
import { createCredentialSession, type CredentialSession } from './credentialSession.ts'
import { provideCredentials, type ProvideOptions } from './provideCredentials.ts'
import { findProfile } from './sharedConfig.ts'

export interface AccountAccessOptions {
  readonly source: CredentialSource
  readonly region: string
  readonly endpoints: AwsTarget['endpoints']
  readonly network: NetworkSettings
  readonly readKeys: () => Promise<AccessKeys | null>
  readonly now: () => number
}

/** `get` refuses with an AppError. */
export type AccountAccess = CredentialSession

export function createAccountAccess(options: AccountAccessOptions): AccountAccess {
  const endpointOf = (service: ServiceName) =>
    options.endpoints[service] ?? options.endpoints.default
  const provide: ProvideOptions = {
    source: options.source,
    region: options.region,
    endpointOf,
    requestHandler(service) {
      const endpoint = endpointOf(service)
      const isHere = endpoint !== undefined && isLoopbackHost(new URL(endpoint).hostname)
      return createRequestHandler(options.network, { goesThroughProxy: !isHere })
    },
    readKeys: options.readKeys,
    readSsoToken: async () => null,
    async mfaCode(serial) {
      throw new AppError('SignInExpired', 'A code of the MFA device is needed', {
        details: { serial },
      })
    },
  }
  return createCredentialSession(
    () =>
      provideCredentials(provide).catch(async (error: unknown) => {
        throw await explain(options.source, fromSdkError(error))
      }),
    options.now,
  )
}

/** The providers say little by names; what the profile is made of tells which of the reasons it was. */
async function explain(source: CredentialSource, error: AppError): Promise<AppError> {
  const name = profileOf(source)
  if (error.code !== 'CredentialsMissing' || name === null) return error
  const profile = await findProfile(name)
  const more = { cause: error, details: { ...error.details, profile: name } }
  if (!profile) return new AppError('ProfileNotFound', `There is no profile ${name}`, more)
  const canSignIn = profile.sso !== null || profile.kind === 'login'
  return canSignIn ? new AppError('SignInExpired', error.message, more) : error
}

function profileOf(source: CredentialSource): string | null {
  if (source.kind === 'profile') return source.profile
  return source.kind === 'role' ? source.sourceProfile : null
}
