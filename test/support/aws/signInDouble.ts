/** IAM Identity Center and STS on this computer: strict about what sign-ins have to send. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SignInDouble {
  readonly url: string
  /** Each call by its name, in order. */
  readonly calls: string[]
  /** What a device flow is answered next; the token when there is nothing left. */
  readonly devicePoll: (
    'AuthorizationPendingException' | 'SlowDownException' | 'AccessDeniedException'
  )[]
  /** The one MFA code that STS takes. */
  mfaCode: string
  /** Tokens and credentials given from now on last this long. */
  lastsSeconds: number
  /** Sessions that were given end at once, as an administrator ends them. */
  endSessions(): void
  /** What a browser does with the page: the person agrees, or does not. @returns the callback's status */
  browse(authorizeUrl: string, agrees?: boolean): Promise<number>
  close(): Promise<void>
}

export const plantedSecrets = {
  accessToken: 'PLANTED-sso-access-token',
  refreshToken: 'PLANTED-sso-refresh-token',
  secretAccessKey: 'PLANTED-role-secret-access-key',
  sessionToken: 'PLANTED-role-session-token',
} as const

const account = '123456789012'

export async function startSignInDouble(): Promise<SignInDouble> {
  const calls: string[] = []
  const clients = new Map<string, { secret: string; grants: string[]; redirects: string[] }>()
  const codes = new Map<string, { clientId: string; challenge: string; redirectUri: string }>()
  const tokens = new Set<string>()
  const devices = new Map<string, string>()
  let count = 0
  const double: Pick<SignInDouble, 'devicePoll' | 'mfaCode' | 'lastsSeconds'> = {
    devicePoll: [],
    mfaCode: '123456',
    lastsSeconds: 3600,
  }

  function giveToken(): object {
    count += 1
    const accessToken = `${plantedSecrets.accessToken}-${count}`
    tokens.add(accessToken)
    return {
      accessToken,
      tokenType: 'Bearer',
      expiresIn: double.lastsSeconds,
      refreshToken: `${plantedSecrets.refreshToken}-${count}`,
    }
  }

  function oidc(path: string, body: Record<string, unknown>): object {
    if (path === '/client/register') {
      requireMembers(body, ['clientName', 'clientType'])
      const clientId = randomUUID()
      clients.set(clientId, {
        secret: randomUUID(),
        grants: body['grantTypes'] as string[],
        redirects: (body['redirectUris'] as string[] | undefined) ?? [],
      })
      return {
        clientId,
        clientSecret: clients.get(clientId)?.secret,
        clientSecretExpiresAt: Math.floor(Date.now() / 1000) + 90 * 24 * 3600,
      }
    }
    const client = clients.get(String(body['clientId']))
    if (!client || client.secret !== body['clientSecret'])
      throw refusal('InvalidClientException', 401)
    if (path === '/device_authorization') {
      requireMembers(body, ['startUrl'])
      const deviceCode = randomUUID()
      devices.set(deviceCode, String(body['clientId']))
      return {
        deviceCode,
        userCode: 'ABCD-EFGH',
        verificationUri: 'http://127.0.0.1/device',
        verificationUriComplete: 'http://127.0.0.1/device?user_code=ABCD-EFGH',
        expiresIn: 600,
        interval: 0.01,
      }
    }
    return token(body, client.grants)
  }

  function token(body: Record<string, unknown>, grants: readonly string[]): object {
    const grant = String(body['grantType'])
    if (!grants.includes(grant)) throw refusal('UnauthorizedClientException')
    if (grant === 'refresh_token') {
      if (!String(body['refreshToken']).startsWith(plantedSecrets.refreshToken))
        throw refusal('InvalidGrantException')
      return giveToken()
    }
    if (grant === 'authorization_code') {
      const code = codes.get(String(body['code']))
      codes.delete(String(body['code'])) // it is good for once
      const challenge = createHash('sha256')
        .update(String(body['codeVerifier']))
        .digest('base64url')
      const isRight =
        code?.clientId === body['clientId'] &&
        code?.redirectUri === body['redirectUri'] &&
        code?.challenge === challenge
      if (!isRight) throw refusal('InvalidGrantException')
      return giveToken()
    }
    if (devices.get(String(body['deviceCode'])) !== body['clientId'])
      throw refusal('InvalidGrantException')
    const next = double.devicePoll.shift()
    if (next) throw refusal(next)
    return giveToken()
  }

  function credentials(url: URL, request: IncomingMessage): object {
    const given = request.headers['x-amz-sso_bearer_token']
    if (!tokens.has(String(given))) throw refusal('UnauthorizedException', 401)
    return {
      roleCredentials: {
        accessKeyId: 'ASIASSOSSOSSOSSO0001',
        secretAccessKey: plantedSecrets.secretAccessKey,
        sessionToken: `${plantedSecrets.sessionToken} ${url.searchParams.get('role_name') ?? ''}`,
        expiration: Date.now() + double.lastsSeconds * 1000,
      },
    }
  }

  function sts(body: URLSearchParams): string {
    const action = body.get('Action') ?? ''
    calls.push(action)
    const answer = (result: string) =>
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`
    if (action === 'GetCallerIdentity')
      return answer(
        `<Arn>arn:aws:iam::${account}:user/ana</Arn><UserId>AIDA</UserId><Account>${account}</Account>`,
      )
    if (body.has('SerialNumber') && body.get('TokenCode') !== double.mfaCode)
      throw refusal('AccessDenied', 403)
    return answer(
      `<Credentials><AccessKeyId>ASIAROLEROLEROLE0001</AccessKeyId><SecretAccessKey>${plantedSecrets.secretAccessKey}</SecretAccessKey><SessionToken>${plantedSecrets.sessionToken}</SessionToken><Expiration>${new Date(Date.now() + double.lastsSeconds * 1000).toISOString()}</Expiration></Credentials>`,
    )
  }

  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      try {
        if (url.pathname === '/')
          return send(response, 200, sts(new URLSearchParams(text)), 'text/xml')
        calls.push(url.pathname)
        const result =
          url.pathname === '/federation/credentials'
            ? credentials(url, request)
            : oidc(url.pathname, JSON.parse(text) as Record<string, unknown>)
        send(response, 200, JSON.stringify(result), 'application/json')
      } catch (error) {
        const { message, status } = error as Refusal
        if (url.pathname === '/')
          return send(
            response,
            status,
            `<ErrorResponse><Error><Type>Sender</Type><Code>${message}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
            'text/xml',
          )
        response.setHeader('x-amzn-errortype', message)
        send(response, status, JSON.stringify({ error: message }), 'application/json')
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return Object.assign(double, {
    url: `http://127.0.0.1:${port}`,
    calls,
    endSessions: () => tokens.clear(),
    async browse(authorizeUrl: string, agrees = true) {
      const { searchParams: asked } = new URL(authorizeUrl)
      const redirectUri = asked.get('redirect_uri') ?? ''
      const client = clients.get(asked.get('client_id') ?? '')
      const isKnown = client?.redirects.includes(redirectUri.replace(/:\d+\//, '/'))
      if (!isKnown || asked.get('code_challenge_method') !== 'S256')
        throw new Error('Identity Center would refuse this page.')
      const code = randomUUID()
      codes.set(code, {
        clientId: asked.get('client_id') ?? '',
        challenge: asked.get('code_challenge') ?? '',
        redirectUri,
      })
      const back = new URL(redirectUri)
      back.searchParams.set('state', asked.get('state') ?? '')
      if (agrees) back.searchParams.set('code', code)
      else back.searchParams.set('error', 'access_denied')
      return (await fetch(back)).status
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  })
}

class Refusal extends Error {
  readonly status: number
  constructor(code: string, status: number) {
    super(code)
    this.status = status
  }
}

function refusal(code: string, status = 400): Refusal {
  return new Refusal(code, status)
}

function requireMembers(body: Record<string, unknown>, names: readonly string[]): void {
  for (const name of names) if (!body[name]) throw refusal('InvalidRequestException')
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, text: string, type: string): void {
  response.writeHead(status, { 'content-type': type })
  response.end(text)
}
