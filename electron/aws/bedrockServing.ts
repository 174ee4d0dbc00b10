/** Customized models of Bedrock that are asked on demand: a deployment costs nothing while it is not asked. */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import {
  CreateCustomModelDeploymentCommand,
  GetCustomModelDeploymentCommand,
  ListCustomModelDeploymentsCommand,
} from '@aws-sdk/client-bedrock'
import { ConverseStreamCommand, type Message } from '@aws-sdk/client-bedrock-runtime'
import { AppError } from '../../shared/errors.ts'
import type { GenerationSettings } from '../../shared/playground.ts'
import { fromEndpointReason } from './failureCatalog.ts'
import { readAnswerPart } from './answerShapes.ts'
import { withAwsErrors } from './errors.ts'
import type { GeneratedPiece } from './generatedText.ts'
import { tagsOf } from './requestParts.ts'
import type { Connection } from './workspace.ts'

/**
 * Finds the deployment of a model, or makes it, and waits until it answers.
 *
 * @returns its ARN, which Bedrock takes as the id of a model
 * @throws AppError EndpointFailed, Cancelled, AccessDenied
 */
export async function ensureModelDeployment(
  connection: Connection,
  modelArn: string,
  signal: AbortSignal,
  pollMs: number,
): Promise<string> {
  const { bedrock } = await connection.clients.cloud()
  const { modelDeploymentSummaries: known = [] } = await withAwsErrors(() =>
    bedrock.send(new ListCustomModelDeploymentsCommand({ modelArnEquals: modelArn })),
  )
  const living = known.find(({ status }) => status !== 'Failed')
  const arn = living?.customModelDeploymentArn ?? (await createDeployment(connection, modelArn))
  for (;;) {
    const { status, failureMessage } = await withAwsErrors(() =>
      bedrock.send(new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn })),
    )
    if (status === 'Active') return arn
    if (status === 'Failed') throw fromEndpointReason(failureMessage ?? '')
    await wait(pollMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) throw new AppError('Cancelled', 'It was withdrawn')
  }
}

async function createDeployment(connection: Connection, modelArn: string): Promise<string> {
  const { bedrock } = await connection.clients.cloud()
  // The same model asked for twice is one deployment.
  const mark = createHash('sha256').update(modelArn).digest('hex').slice(0, 16)
  const { customModelDeploymentArn = '' } = await withAwsErrors(() =>
    bedrock.send(
      new CreateCustomModelDeploymentCommand({
        modelDeploymentName: `timbre-${mark}`,
        modelArn,
        description: 'Made by Timbre; costs nothing while it is not asked.',
        clientRequestToken: `timbre-${mark}`,
        tags: tagsOf(connection, [{ Key: 'timbre:managed', Value: 'true' }]).map(
          ({ Key, Value }) => ({ key: Key, value: Value }),
        ),
      }),
    ),
  )
  return customModelDeploymentArn
}

export interface Talk {
  readonly system: string
  /** In turns, the person first; the last waits for its answer. */
  readonly turns: readonly { readonly prompt: string; readonly answer: string | null }[]
}

/** Answers piece by piece. @throws AppError Throttled, ModelRefused, InvalidRequest */
export async function* converse(
  { clients }: Pick<Connection, 'clients'>,
  modelId: string,
  { system, turns }: Talk,
  settings: GenerationSettings,
  signal: AbortSignal,
): AsyncGenerator<GeneratedPiece> {
  const { bedrockRuntime } = await clients.cloud()
  const messages = turns.flatMap(({ prompt, answer }): Message[] => [
    { role: 'user', content: [{ text: prompt }] },
    ...(answer === null ? [] : [{ role: 'assistant' as const, content: [{ text: answer }] }]),
  ])
  const stopSequences = settings.stop ?? []
  const { stream } = await withAwsErrors(() =>
    bedrockRuntime.send(
      new ConverseStreamCommand({
        modelId,
        messages,
        ...(system === '' ? {} : { system: [{ text: system }] }),
        inferenceConfig: {
          maxTokens: settings.maxNewTokens,
          // Bedrock's models take 1 at most.
          temperature: Math.min(1, settings.temperature),
          ...(settings.topP < 1 ? { topP: settings.topP } : {}),
          ...(stopSequences.length > 0 ? { stopSequences } : {}),
        },
      }),
      { abortSignal: signal },
    ),
  )
  try {
    for await (const event of stream ?? []) {
      const part = readAnswerPart(event)
      if (part) yield { text: part.text, finishReason: part.finishReason }
    }
  } catch (error) {
    throw clients.translate(error)
  }
}
