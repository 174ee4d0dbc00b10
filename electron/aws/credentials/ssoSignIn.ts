/**
 * Signs in at IAM Identity Center through the system's browser: by an authorisation code with PKCE, as `aws sso login`
 * does, or by a code that the person compares (the device flow), where the browser is on another computer.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateTokenCommand,
  type CreateTokenCommandOutput,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from '@aws-sdk/client-sso-oidc'
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import { AppError } from '../../../shared/errors.ts'
import type { SsoToken } from './ssoToken.ts'

export interface SsoPlace {
  readonly startUrl: string
  readonly region: string
  readonly scopes: readonly string[]
}

export interface SsoSignInOptions extends SsoPlace {
  readonly endpoint: string | undefined
  readonly requestHandler: NodeHttpHandler
  readonly flow: 'browser' | 'code'
  readonly openBrowser: (url: string) => Promise<void>
  /** The device flow's code, to be compared with the one that the browser shows. */
  readonly onCode: (userCode: string, url: string) => void
  /** What the browser shows in the end. */
  readonly closingWords: string
  readonly signal: AbortSignal
  readonly now: () => number
}

const clientName = 'Timbre'
const callbackPath = '/oauth/callback'
/** Identity Center gives up after ten minutes as well. */
const patienceMs = 10 * 60_000
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** @throws AppError Cancelled, SignInRefused, NetworkUnavailable; what the SDK throws otherwise */
export async function ssoSignIn(options: SsoSignInOptions): Promise<SsoToken> {
  const client = oidcClient(options)
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(patienceMs)])
  try {
    return options.flow === 'browser'
      ? await withAuthorizationCode(client, options, signal)
      : await withDeviceCode(client, options, signal)
  } catch (error) {
    if (options.signal.aborted) throw new AppError('Cancelled', 'The sign-in was cancelled')
    if (signal.aborted) throw refused('Nobody signed in within ten minutes')
    throw error
  } finally {
    client.destroy()
  }
}

/** @throws what the SDK throws: the refresh token may have ended as well */
export async function refreshSsoToken(
  token: SsoToken,
  options: Pick<SsoSignInOptions, 'endpoint' | 'requestHandler' | 'now'>,
): Promise<SsoToken> {
  const client = oidcClient({ ...options, region: token.region })
  try {
    const given = await client.send(
      new CreateTokenCommand({
        grantType: 'refresh_token',
        clientId: token.clientId,
        clientSecret: token.clientSecret,
        refreshToken: token.refreshToken,
      }),
    )
    return { ...token, ...tokenFields(given, options.now()) }
  } finally {
    client.destroy()
  }
}

type ClientFacts = Pick<SsoSignInOptions, 'region' | 'endpoint' | 'requestHandler'>

function oidcClient({ region, endpoint, requestHandler }: ClientFacts): SSOOIDCClient {
  return new SSOOIDCClient({ region, requestHandler, ...(endpoint && { endpoint }) })
}

async function register(
  client: SSOOIDCClient,
  { startUrl, scopes }: SsoPlace,
  redirectUri: string | null,
  signal: AbortSignal,
): Promise<Pick<SsoToken, 'clientId' | 'clientSecret' | 'registrationExpiresAt'>> {
  const registered = await client.send(
    new RegisterClientCommand({
      clientName,
      clientType: 'public',
      scopes: [...scopes],
      ...(redirectUri === null
        ? { grantTypes: [deviceGrant, 'refresh_token'] }
        : {
            grantTypes: ['authorization_code', 'refresh_token'],
            // A native app's port is free to change: Identity Center compares loopback addresses without it.
            redirectUris: [redirectUri.replace(/:\d+\//, '/')],
            issuerUrl: startUrl,
          }),
    }),
    { abortSignal: signal },
  )
  return {
    clientId: registered.clientId ?? '',
    clientSecret: registered.clientSecret ?? '',
    registrationExpiresAt: new Date((registered.clientSecretExpiresAt ?? 0) * 1000).toISOString(),
  }
}

async function withAuthorizationCode(
  client: SSOOIDCClient,
  options: SsoSignInOptions,
  signal: AbortSignal,
): Promise<SsoToken> {
  const state = randomBytes(16).toString('hex')
  const codeVerifier = randomBytes(48).toString('base64url')
  const callback = await listenForCallback(state, options.closingWords, signal)
  try {
    const { redirectUri } = callback
    const registration = await register(client, options, redirectUri, signal)
    const url = new URL('/authorize', await endpointOf(client, options))
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: registration.clientId,
      redirect_uri: redirectUri,
      state,
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      scopes: options.scopes.join(','),
    }).toString()
    await options.openBrowser(url.href)
    const given = await client.send(
      new CreateTokenCommand({
        grantType: 'authorization_code',
        clientId: registration.clientId,
        clientSecret: registration.clientSecret,
        code: await callback.code,
        codeVerifier,
        redirectUri,
      }),
      { abortSignal: signal },
    )
    return { ...placeOf(options), ...registration, ...tokenFields(given, options.now()) }
  } finally {
    callback.close()
  }
}

/** AWS's own host of the region, as the SDK knows it. */
async function endpointOf(client: SSOOIDCClient, options: ClientFacts): Promise<URL> {
  if (options.endpoint !== undefined) return new URL(options.endpoint)
  return client.config.endpointProvider({ Region: options.region }).url
}

interface Callback {
  readonly redirectUri: string
  readonly code: Promise<string>
  close(): void
}

/** One request with our own state is taken; whatever else knocks at the port is refused. */
async function listenForCallback(
  state: string,
  closingWords: string,
  signal: AbortSignal,
): Promise<Callback> {
  const { promise: code, resolve, reject } = Promise.withResolvers<string>()
  // It may be refused before anybody waits for it.
  code.catch(() => undefined)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const isOurs = url.pathname === callbackPath && url.searchParams.get('state') === state
    if (!isOurs) return answer(response, 404, '')
    answer(response, 200, closingWords)
    const given = url.searchParams.get('code')
    if (given) resolve(given)
    else reject(refused(url.searchParams.get('error') ?? 'no code was given'))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  const { port } = server.address() as AddressInfo
  return {
    redirectUri: `http://127.0.0.1:${port}${callbackPath}`,
    code,
    close() {
      signal.removeEventListener('abort', abort)
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(text)
}

async function withDeviceCode(
  client: SSOOIDCClient,
  options: SsoSignInOptions,
  signal: AbortSignal,
): Promise<SsoToken> {
  const registration = await register(client, options, null, signal)
  const { clientId, clientSecret } = registration
  const started = await client.send(
    new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl: options.startUrl }),
    { abortSignal: signal },
  )
  const url = started.verificationUriComplete ?? started.verificationUri ?? ''
  options.onCode(started.userCode ?? '', url)
  await options.openBrowser(url)
  let waitMs = (started.interval ?? 5) * 1000
  for (;;) {
    await sleep(waitMs, undefined, { signal })
    try {
      const given = await client.send(
        new CreateTokenCommand({
          grantType: deviceGrant,
          clientId,
          clientSecret,
          deviceCode: started.deviceCode,
        }),
        { abortSignal: signal },
      )
      return { ...placeOf(options), ...registration, ...tokenFields(given, options.now()) }
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      // RFC 8628: five seconds more each time.
      if (name === 'SlowDownException') waitMs += 5000
      else if (name === 'AccessDeniedException') throw refused('it was declined in the browser')
      else if (name !== 'AuthorizationPendingException') throw error
    }
  }
}

function placeOf({ startUrl, region }: SsoPlace): Pick<SsoToken, 'startUrl' | 'region'> {
  return { startUrl, region }
}

function tokenFields(given: CreateTokenCommandOutput, nowMs: number) {
  if (given.accessToken === undefined) throw refused('the answer held no token')
  return {
    accessToken: given.accessToken,
    expiresAt: new Date(nowMs + (given.expiresIn ?? 0) * 1000).toISOString(),
    ...(given.refreshToken !== undefined && { refreshToken: given.refreshToken }),
  }
}

function refused(reason: string): AppError {
  return new AppError('SignInRefused', `The sign-in was not completed: ${reason}`, {
    details: { reason },
  })
}
