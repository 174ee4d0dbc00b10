/** Bedrock's deployments of customized models, and what they answer. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { encodeEvents } from './runtimeDouble.ts'
import { ServiceFailure } from './serviceFailure.ts'

type Input = Readonly<Record<string, unknown>>

const deployingMs = 5 * 60_000

export const bedrockDeploymentDouble: ServiceDouble = {
  CreateCustomModelDeployment: (context, input) => {
    const name = String(input['modelDeploymentName'])
    const arn = arnOf(context, name)
    const known = context.hosting.deployments.get(arn)
    if (known && known.input['clientRequestToken'] !== input['clientRequestToken'])
      throw new ServiceFailure('ConflictException', `${name} already exists.`, 409)
    if (!/:custom-model\//.test(String(input['modelArn'])))
      throw new ServiceFailure('ValidationException', 'The provided model identifier is invalid.')
    if (!known) context.hosting.deployments.set(arn, { input, createdAtMs: context.now() })
    return { customModelDeploymentArn: arn }
  },
  GetCustomModelDeployment: (context, input) => {
    const arn = String(input['customModelDeploymentIdentifier'])
    return describe(context, arn)
  },
  ListCustomModelDeployments: (context, input) => ({
    modelDeploymentSummaries: [...context.hosting.deployments]
      .filter(([, { input: made }]) =>
        [undefined, made['modelArn']].includes(input['modelArnEquals']),
      )
      .map(([arn]) => {
        const { modelDeploymentName, ...facts } = describe(context, arn)
        return { ...facts, customModelDeploymentName: modelDeploymentName }
      }),
  }),
  DeleteCustomModelDeployment: (context, input) => {
    context.hosting.deployments.delete(String(input['customModelDeploymentIdentifier']))
    return {}
  },
}

export const bedrockRuntimeDouble: ServiceDouble = {
  ConverseStream: (context, input) => {
    const id = String(input['modelId'])
    const isOwn = id.startsWith('arn:')
    if (isOwn && statusOf(context, id) !== 'Active')
      throw new ServiceFailure('ValidationException', 'The provided model identifier is invalid.')
    requireTurns(input)
    const body = (value: object) => Buffer.from(JSON.stringify(value))
    const words = context.hosting.answer.split(/(?<= )/)
    return {
      stream: encodeEvents([
        { type: 'messageStart', body: body({ role: 'assistant' }) },
        ...words.map((text) => ({
          type: 'contentBlockDelta',
          body: body({ delta: { text }, contentBlockIndex: 0 }),
        })),
        { type: 'contentBlockStop', body: body({ contentBlockIndex: 0 }) },
        { type: 'messageStop', body: body({ stopReason: 'end_turn' }) },
        {
          type: 'metadata',
          body: body({
            usage: { inputTokens: 9, outputTokens: 9, totalTokens: 18 },
            metrics: { latencyMs: 12 },
          }),
        },
      ]),
    }
  },
}

/** The person begins and they take turns, as Converse wants it. */
function requireTurns(input: Input): void {
  const roles = ((input['messages'] as { role: string }[] | undefined) ?? []).map(
    ({ role }) => role,
  )
  const isGood = roles.every((role, index) => role === (index % 2 === 0 ? 'user' : 'assistant'))
  if (!isGood || roles.at(-1) !== 'user')
    throw new ServiceFailure(
      'ValidationException',
      'A conversation must alternate between user and assistant roles, starting with the user.',
    )
}

export function statusOf({ hosting, now }: DoubleContext, arn: string): string {
  const deployment = hosting.deployments.get(arn)
  if (!deployment) return 'Gone'
  return now() >= deployment.createdAtMs + deployingMs ? 'Active' : 'Creating'
}

function describe(context: DoubleContext, arn: string) {
  const deployment = context.hosting.deployments.get(arn)
  if (!deployment)
    throw new ServiceFailure('ResourceNotFoundException', 'The deployment was not found.', 404)
  return {
    customModelDeploymentArn: arn,
    modelDeploymentName: deployment.input['modelDeploymentName'],
    modelArn: deployment.input['modelArn'],
    createdAt: new Date(deployment.createdAtMs),
    status: statusOf(context, arn),
    lastUpdatedAt: new Date(context.now()),
  }
}

function arnOf({ region, account }: DoubleContext, name: string): string {
  return `arn:aws:bedrock:${region}:${account}:custom-model-deployment/${name
    .replace(/[^a-z0-9]/g, '')
    .slice(-12)
    .padStart(12, '0')}`
}
