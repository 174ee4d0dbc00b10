import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  ListEndpointsCommand,
} from '@aws-sdk/client-sagemaker'
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
} from '@aws-sdk/client-sagemaker-runtime'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
const prompt = 'Q: Question\nA: '
beforeAll(async () => {
  engine = await startTestEngine()
  await createEndpoint('base', 's3://timbre-models/tiny-base/1.0.0/')
})
afterAll(() => engine.stop())

const describe = async (EndpointName: string) =>
  engine.clients.sageMaker.send(new DescribeEndpointCommand({ EndpointName }))

async function createEndpoint(name: string, uri: string): Promise<void> {
  const { sageMaker } = engine.clients
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: name,
      PrimaryContainer: {
        Image: 'image',
        ModelDataSource: {
          S3DataSource: { S3Uri: uri, S3DataType: 'S3Prefix', CompressionType: 'None' },
        },
      },
    }),
  )
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: name,
          InitialInstanceCount: 1,
          InstanceType: 'ml.m5.large',
        },
      ],
    }),
  )
  await sageMaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }))
  await vi.waitUntil(async () => (await describe(name)).EndpointStatus !== 'Creating', {
    timeout: 20_000,
  })
}

const invoke = (body: unknown, EndpointName = 'base') =>
  engine.clients.runtime.send(
    new InvokeEndpointCommand({
      EndpointName,
      ContentType: 'application/json',
      Body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )

async function answerTo(parameters: Record<string, unknown>) {
  const { Body } = await invoke({ inputs: prompt, parameters })
  const [answer] = JSON.parse(new TextDecoder().decode(Body)) as {
    generated_text: string
    details?: { finish_reason: string; generated_tokens: number; tokens: { text: string }[] }
  }[]
  if (!answer) throw new Error('no answer')
  return answer
}

test('answers in the container’s shape, with details when asked', async () => {
  const plain = await answerTo({ max_new_tokens: 6 })
  expect(Object.keys(plain)).toEqual(['generated_text'])
  const detailed = await answerTo({ max_new_tokens: 6, details: true, return_full_text: true })
  expect(detailed.generated_text).toBe(prompt + plain.generated_text)
  expect(detailed.details).toMatchObject({ finish_reason: 'length', generated_tokens: 6 })
  expect(detailed.details?.tokens.map((token) => token.text).join('')).toBe(plain.generated_text)
})

test('sampling repeats with the seed', async () => {
  const parameters = {
    max_new_tokens: 12,
    do_sample: true,
    temperature: 1.5,
    top_p: 0.95,
    top_k: 50,
  }
  const first = await answerTo({ ...parameters, seed: 5 })
  expect(await answerTo({ ...parameters, seed: 5 })).toEqual(first)
  expect(await answerTo({ ...parameters, seed: 6 })).not.toEqual(first)
})

test('a stream tells each token and, last, the whole text', async () => {
  const { Body, ContentType } = await engine.clients.runtime.send(
    new InvokeEndpointWithResponseStreamCommand({
      EndpointName: 'base',
      Body: JSON.stringify({ inputs: prompt, parameters: { max_new_tokens: 5, details: true } }),
    }),
  )
  expect(ContentType).toBe('text/event-stream')
  let text = ''
  for await (const event of Body ?? []) text += new TextDecoder().decode(event.PayloadPart?.Bytes)
  const events = text
    .split('\n\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line.replace(/^data:/, '')) as Record<string, unknown>)
  expect(events.map((event) => event['index'])).toEqual([1, 2, 3, 4, 5])
  const whole = events.map((event) => (event['token'] as { text: string }).text).join('')
  expect(events.map((event) => event['generated_text'])).toEqual([null, null, null, null, whole])
  expect(events.at(-1)?.['details']).toMatchObject({ finish_reason: 'length', generated_tokens: 5 })
})

test('a client that leaves ends its generation, and the next one is answered', async () => {
  const aborter = new AbortController()
  const { Body } = await engine.clients.runtime.send(
    new InvokeEndpointWithResponseStreamCommand({
      EndpointName: 'base',
      Body: JSON.stringify({ inputs: prompt, parameters: { max_new_tokens: 4096 } }),
    }),
    { abortSignal: aborter.signal },
  )
  const seen = async () => {
    for await (const event of Body ?? []) if (event.PayloadPart) aborter.abort()
  }
  await seen().catch(() => undefined)
  expect((await answerTo({ max_new_tokens: 2, details: true })).details?.generated_tokens).toBe(2)
})

test.each([
  ['{', 'no JSON'],
  ['{"inputs":5}', 'inputs'],
  ['{"inputs":"x","parameters":{"temperature":0}}', 'parameters.temperature'],
  ['{"inputs":"x","parameters":{"max_new_tokens":0}}', 'parameters.max_new_tokens'],
])('the body %s is the client’s error, in the container’s words', async (body, words) => {
  await expect(invoke(body)).rejects.toMatchObject({
    name: 'ModelError',
    OriginalStatusCode: 422,
    OriginalMessage: expect.stringContaining(words),
    $metadata: { httpStatusCode: 424 },
  })
})

test('an endpoint that is not there, has failed or was deleted says so', async () => {
  await expect(invoke({ inputs: 'x' }, 'nowhere')).rejects.toMatchObject({
    name: 'ValidationError',
  })
  await createEndpoint('broken', 's3://timbre-models/none/1.0.0/')
  expect(await describe('broken')).toMatchObject({
    EndpointStatus: 'Failed',
    FailureReason: 'There is no base model at s3://timbre-models/none/1.0.0/.',
  })
  await expect(invoke({ inputs: 'x' }, 'broken')).rejects.toMatchObject({ name: 'ValidationError' })
  const { sageMaker } = engine.clients
  const failed = await sageMaker.send(new ListEndpointsCommand({ StatusEquals: 'Failed' }))
  expect(failed.Endpoints?.map((endpoint) => endpoint.EndpointName)).toEqual(['broken'])
  await sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'broken' }))
  await expect(describe('broken')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/^Could not find endpoint/),
  })
})

test('names are taken once, endpoints whatever their case', async () => {
  const { sageMaker } = engine.clients
  const again = new CreateEndpointCommand({ EndpointName: 'BASE', EndpointConfigName: 'base' })
  await expect(sageMaker.send(again)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/already existing endpoint/),
  })
  const missing = new CreateEndpointCommand({ EndpointName: 'new', EndpointConfigName: 'none' })
  await expect(sageMaker.send(missing)).rejects.toMatchObject({
    message: expect.stringMatching(/^Could not find endpoint configuration/),
  })
})

test('an endpoint answers again after a restart', async () => {
  const before = await answerTo({ max_new_tokens: 5 })
  engine = await engine.restart()
  expect(await answerTo({ max_new_tokens: 5 })).toEqual(before)
})

test('the tokens of the prompt are told on request, and put together are the prompt', async () => {
  const answer = await invoke({
    inputs: prompt,
    parameters: { max_new_tokens: 1, details: true, decoder_input_details: true },
  })
  const [{ details }] = JSON.parse(answer.Body.transformToString()) as [
    { details: { prefill: { id: number; text: string; logprob: number | null }[] } },
  ]
  expect(details.prefill.map(({ text }) => text).join('')).toBe(prompt)
  expect(details.prefill.every(({ id }) => Number.isInteger(id))).toBe(true)
  // Nothing stands before the first token; each other one has a probability.
  const [first, ...others] = details.prefill.map(({ logprob }) => logprob)
  expect(first).toBeNull()
  expect(others.every((logprob) => logprob !== null && logprob < 0)).toBe(true)
})
