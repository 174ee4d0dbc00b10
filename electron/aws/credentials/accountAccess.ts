/** A workspace's credentials for all of its clients: fetched in silence, or with a person who signs in. */
import { isLoopbackHost } from '../../../shared/hosts.ts'
import { AppError } from '../../../shared/errors.ts'
import type { AccessKeys, CredentialSource, ServiceName } from '../../../shared/workspace.ts'
import { fromSdkError } from '../errors.ts'
import { createRequestHandler } from '../requestHandler.ts'
import type { AwsTarget, NetworkSettings } from '../target.ts'
import { createCredentialSession, type CredentialSession } from './credentialSession.ts'
import { provideCredentials, type ProvideOptions } from './provideCredentials.ts'
import { findProfile } from './sharedConfig.ts'
import { refreshSsoToken, ssoSignIn, type SsoPlace } from './ssoSignIn.ts'
import { shareSsoToken, type SsoToken } from './ssoToken.ts'

export interface AccountAccessOptions {
  readonly source: CredentialSource
  readonly region: string
  readonly endpoints: AwsTarget['endpoints']
  readonly network: NetworkSettings
  readonly readKeys: () => Promise<AccessKeys | null>
  /** Of a workspace that names its start page itself. */
  readonly ssoToken: {
    readonly read: () => Promise<SsoToken | null>
    readonly write: (token: SsoToken) => Promise<void>
  }
  readonly now: () => number
}

/** What only a person can do. */
export interface SignInPrompts {
  readonly flow: 'browser' | 'code'
  readonly openBrowser: (url: string) => Promise<void>
  readonly onCode: (userCode: string, url: string) => void
  /** @throws AppError Cancelled */
  readonly mfaCode: (serial: string) => Promise<string>
  readonly closingWords: string
}

export interface AccountAccess extends CredentialSession {
  /** Never asks a person. @throws AppError CredentialsMissing, SignInExpired, ProfileNotFound, NetworkUnavailable */
  get: CredentialSession['get']
  /** @throws AppError as `get` does, and Cancelled, SignInRefused, SignInElsewhere */
  signIn(prompts: SignInPrompts, signal: AbortSignal): Promise<void>
}

/** A session that ends this soon counts as ended. */
const tokenMarginMs = 60_000

export function createAccountAccess(options: AccountAccessOptions): AccountAccess {
  const { source, now, ssoToken } = options
  const endpointOf = (service: ServiceName) =>
    options.endpoints[service] ?? options.endpoints.default
  function requestHandler(service: ServiceName) {
    const endpoint = endpointOf(service)
    const isHere = endpoint !== undefined && isLoopbackHost(new URL(endpoint).hostname)
    return createRequestHandler(options.network, { goesThroughProxy: !isHere })
  }
  const oidc = () => ({
    endpoint: endpointOf('ssoOidc'),
    requestHandler: requestHandler('ssoOidc'),
    now,
  })

  async function readSsoToken(): Promise<string | null> {
    const kept = await ssoToken.read()
    if (!kept) return null
    if (Date.parse(kept.expiresAt) - tokenMarginMs > now()) return kept.accessToken
    if (kept.refreshToken === undefined) return null
    try {
      const renewed = await refreshSsoToken(kept, oidc())
      await ssoToken.write(renewed)
      return renewed.accessToken
    } catch (error) {
      const failure = fromSdkError(error)
      if (failure.code === 'NetworkUnavailable') throw failure
      return null // it has ended as well: a person has to sign in
    }
  }

  async function provide(mfaCode: ProvideOptions['mfaCode']) {
    try {
      return await provideCredentials({
        source,
        region: options.region,
        endpointOf,
        requestHandler,
        readKeys: options.readKeys,
        readSsoToken,
        mfaCode,
      })
    } catch (error) {
      throw await explain(source, fromSdkError(error))
    }
  }
  const session = createCredentialSession(
    () =>
      provide(async (serial) => {
        throw new AppError('SignInExpired', 'A code of the MFA device is needed', {
          details: { serial },
        })
      }),
    now,
  )

  async function signInAtIdentityCenter(prompts: SignInPrompts, signal: AbortSignal) {
    const { place, keep } = await identityCenterOf(source, ssoToken.write)
    const token = await ssoSignIn({ ...place, ...oidc(), ...prompts, signal })
    await keep(token)
  }

  return {
    ...session,
    async signIn(prompts, signal) {
      session.forget()
      try {
        session.keep(await provide(prompts.mfaCode))
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'SignInExpired') throw error
        await signInAtIdentityCenter(prompts, signal)
        session.keep(await provide(prompts.mfaCode))
      }
    },
  }
}

/** @throws AppError SignInElsewhere, SignInExpired */
async function identityCenterOf(
  source: CredentialSource,
  keepHere: (token: SsoToken) => Promise<void>,
): Promise<{ place: SsoPlace; keep: (token: SsoToken) => Promise<void> }> {
  if (source.kind === 'sso') {
    const { startUrl, ssoRegion: region } = source
    return { place: { startUrl, region, scopes: ['sso:account:access'] }, keep: keepHere }
  }
  const name = profileOf(source)
  const profile = name === null ? undefined : await findProfile(name)
  if (profile?.sso) {
    const { sso } = profile
    return { place: sso, keep: (token) => shareSsoToken(sso.sessionName ?? sso.startUrl, token) }
  }
  if (profile?.kind === 'login')
    throw new AppError('SignInElsewhere', 'This profile signs in with the AWS CLI', {
      details: { command: `aws login --profile ${profile.name}` },
    })
  throw new AppError('SignInExpired', 'There is no page to sign in at for these credentials')
}

/** The providers say little by names; what the profile is made of tells which of the reasons it was. */
async function explain(source: CredentialSource, error: AppError): Promise<AppError> {
  const name = profileOf(source)
  // A session that its own service refuses was ended there.
  const isRefusedSession =
    source.kind === 'sso' && error.details['awsError'] === 'UnauthorizedException'
  if (isRefusedSession) return new AppError('SignInExpired', error.message, { cause: error })
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
