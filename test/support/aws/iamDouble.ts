/** IAM on this computer, as far as a workspace's setup asks for it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface IamDouble {
  readonly url: string
  /** By name: the ARN, and whom it trusts. */
  readonly roles: Map<string, { readonly arn: string; readonly trust: object }>
  /** By role name, as they were put. */
  readonly policies: Map<string, string>
  /** Actions that simulation finds not allowed. */
  readonly denied: Set<string>
  /** Whether the caller may look at all. */
  mayLook: boolean
  readonly calls: URLSearchParams[]
  close(): Promise<void>
}

const account = '000000000000'

export function trusting(service: string): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  }
}

export async function startIamDouble(): Promise<IamDouble> {
  const state: Omit<IamDouble, 'url' | 'close'> = {
    roles: new Map(),
    policies: new Map(),
    denied: new Set(),
    mayLook: true,
    calls: [],
  }
  const roleXml = (name: string) => {
    const role = state.roles.get(name)
    if (!role) throw refusal('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
    const trust = encodeURIComponent(JSON.stringify(role.trust))
    return `<Path>/</Path><RoleName>${name}</RoleName><RoleId>AROAEXAMPLEEXAMPLE</RoleId><Arn>${role.arn}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${trust}</AssumeRolePolicyDocument>`
  }

  function answer(body: URLSearchParams): string {
    const action = body.get('Action') ?? ''
    if (!state.mayLook)
      throw refusal(
        'AccessDenied',
        `User: arn:aws:iam::${account}:user/analyst is not authorized to perform: iam:${action} on resource: * because no identity-based policy allows it`,
        403,
      )
    const name = body.get('RoleName') ?? ''
    switch (action) {
      case 'ListRoles':
        return `<Roles>${[...state.roles.keys()].map((role) => `<member>${roleXml(role)}</member>`).join('')}</Roles><IsTruncated>false</IsTruncated>`
      case 'GetRole':
        return `<Role>${roleXml(name)}</Role>`
      case 'CreateRole': {
        if (state.roles.has(name))
          throw refusal('EntityAlreadyExists', `Role with name ${name} already exists.`, 409)
        const trust = JSON.parse(body.get('AssumeRolePolicyDocument') ?? '') as object
        state.roles.set(name, { arn: `arn:aws:iam::${account}:role/${name}`, trust })
        return `<Role>${roleXml(name)}</Role>`
      }
      case 'PutRolePolicy':
        roleXml(name)
        state.policies.set(name, body.get('PolicyDocument') ?? '')
        return ''
      case 'SimulatePrincipalPolicy':
        return `<EvaluationResults>${members(body, 'ActionNames')
          .map(
            (wanted) =>
              `<member><EvalActionName>${wanted}</EvalActionName><EvalDecision>${state.denied.has(wanted) ? 'implicitDeny' : 'allowed'}</EvalDecision></member>`,
          )
          .join('')}</EvaluationResults><IsTruncated>false</IsTruncated>`
      default:
        throw refusal('InvalidAction', `Could not find operation ${action}`, 400)
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
      state.calls.push(body)
      const action = body.get('Action') ?? ''
      response.setHeader('content-type', 'text/xml')
      try {
        response.end(
          `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${action}Result>${answer(body)}</${action}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`,
        )
      } catch (error) {
        const { code, message, status } = error as ReturnType<typeof refusal>
        response.statusCode = status
        response.end(
          `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`,
        )
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  })
}

function members(body: URLSearchParams, name: string): string[] {
  const pattern = new RegExp(`^${name}\\.member\\.\\d+$`)
  return [...body].flatMap(([key, value]) => (pattern.test(key) ? [value] : []))
}

function refusal(
  code: string,
  message: string,
  status: number,
): Error & { code: string; status: number } {
  return Object.assign(new Error(message), { code, status })
}
