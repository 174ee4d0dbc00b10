/** Models behind endpoints: made, awaited, asked, taken away. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointWithResponseStreamCommand } from '@aws-sdk/client-sagemaker-runtime'
import { AppError } from '../../shared/errors.ts'
import type { GenerationSettings } from '../../shared/playground.ts'
import type { AwsClients } from './clients.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import { parseGeneratedPieces, type GeneratedPiece } from './generatedText.ts'

export interface EndpointSpec {
  /** Of endpoint, configuration and model alike. */
  readonly name: string
  readonly roleArn: string
  readonly image: string
  readonly modelUri: string
  readonly instanceType: string
}

const pollMs = 150

/**
 * Brings an endpoint into service, or finds it there.
 * @throws AppError CandidateNotReady when it can't start, Cancelled
 */
export async function ensureEndpoint(
  clients: AwsClients,
  spec: EndpointSpec,
  signal: AbortSignal,
): Promise<void> {
  let status = await findEndpointStatus(clients, spec.name)
  if (status?.status === 'Failed') {
    await deleteEndpoint(clients, spec.name)
    status = null
  }
  for (;;) {
    status = await findEndpointStatus(clients, spec.name)
    if (status?.status === 'InService') return
    if (status?.status === 'Failed') {
      throw new AppError('CandidateNotReady', `The endpoint failed: ${status.reason}`, {
        details: { reason: status.reason },
      })
    }
    if (signal.aborted) throw new AppError('Cancelled', 'The question was withdrawn')
    if (!status) await createEndpoint(clients, spec)
    await delay(pollMs)
  }
}

async function createEndpoint({ sageMaker }: AwsClients, spec: EndpointSpec): Promise<void> {
  const isArchive = spec.modelUri.endsWith('.tar.gz')
  await acceptExisting(() =>
    sageMaker.send(
      new CreateModelCommand({
        ModelName: spec.name,
        ExecutionRoleArn: spec.roleArn,
        EnableNetworkIsolation: true,
        PrimaryContainer: {
          Image: spec.image,
          ...(isArchive
            ? { ModelDataUrl: spec.modelUri }
            : {
                ModelDataSource: {
                  S3DataSource: {
                    S3Uri: spec.modelUri,
                    S3DataType: 'S3Prefix',
                    CompressionType: 'None',
                  },
                },
              }),
        },
      }),
    ),
  )
  await acceptExisting(() =>
    sageMaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: spec.name,
        ProductionVariants: [
          {
            VariantName: 'AllTraffic',
            ModelName: spec.name,
            InitialInstanceCount: 1,
            InstanceType: spec.instanceType as 'ml.m5.large', // the hub names a valid one
          },
        ],
      }),
    ),
  )
  await acceptExisting(() =>
    sageMaker.send(
      new CreateEndpointCommand({ EndpointName: spec.name, EndpointConfigName: spec.name }),
    ),
  )
}

/** Names are made of the model's address, so what exists under one is what was wanted. */
async function acceptExisting(create: () => Promise<unknown>): Promise<void> {
  try {
    await create()
  } catch (error) {
    const refusal = fromSdkError(error)
    // SageMaker says ValidationException for a taken name here, so its text is all there is to tell by.
    if (refusal.code === 'InvalidRequest' && refusal.message.includes('already existing')) return
    throw refusal
  }
}

async function findEndpointStatus(
  { sageMaker }: AwsClients,
  name: string,
): Promise<{ status: string; reason: string } | null> {
  try {
    const endpoint = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: name }))
    return { status: endpoint.EndpointStatus ?? '', reason: endpoint.FailureReason ?? '' }
  } catch (error) {
    const refusal = fromSdkError(error)
    // An endpoint that is not there is a ValidationException; its words tell, where they are known.
    if (refusal.code === 'NotFound' || refusal.code === 'InvalidRequest') return null
    throw refusal
  }
}

/** Endpoint first, then, once it is gone, its configuration and model; what is gone already is no error. */
export async function deleteEndpoint(clients: AwsClients, name: string): Promise<void> {
  const { sageMaker } = clients
  const steps = [
    () => sageMaker.send(new DeleteEndpointCommand({ EndpointName: name })),
    async () => {
      // A configuration must not be deleted while its endpoint lives.
      while (await findEndpointStatus(clients, name)) await delay(pollMs)
    },
    () => sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })),
    () => sageMaker.send(new DeleteModelCommand({ ModelName: name })),
  ]
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      const refusal = fromSdkError(error)
      if (refusal.code !== 'InvalidRequest' && refusal.code !== 'NotFound') throw refusal
    }
  }
}

/** Continues `inputs`, piece by piece. */
export async function* generate(
  clients: AwsClients,
  endpointName: string,
  inputs: string,
  settings: GenerationSettings,
  signal: AbortSignal,
): AsyncGenerator<GeneratedPiece> {
  const sampling =
    settings.temperature > 0
      ? {
          do_sample: true,
          temperature: settings.temperature,
          // The container takes numbers below 1 only; 1 would change nothing.
          ...(settings.topP < 1 ? { top_p: settings.topP } : {}),
          seed: settings.seed,
        }
      : { do_sample: false }
  const answer = await withAwsErrors(() =>
    clients.runtime.send(
      new InvokeEndpointWithResponseStreamCommand({
        EndpointName: endpointName,
        ContentType: 'application/json',
        Body: JSON.stringify({
          inputs,
          parameters: { max_new_tokens: settings.maxNewTokens, details: true, ...sampling },
          stream: true,
        }),
      }),
      { abortSignal: signal },
    ),
  )
  try {
    yield* parseGeneratedPieces(payloads(answer.Body ?? emptyStream()))
  } catch (error) {
    throw clients.translate(error)
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

async function* payloads(
  events: AsyncIterable<{ PayloadPart?: { Bytes?: Uint8Array | undefined } | undefined }>,
): AsyncGenerator<Uint8Array> {
  for await (const event of events) {
    if (event.PayloadPart?.Bytes) yield event.PayloadPart.Bytes
  }
}

async function* emptyStream(): AsyncGenerator<never> {
  // An answer without a body has no pieces.
}
