/** Reports of candidates that were trained in an account: asked there, through its own doors. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Evaluation, EvaluationRequest } from '../../../shared/evaluation.ts'
import type { Candidate } from '../../../shared/model.ts'
import { openCloudServices, type CloudServices } from '../../support/aws/cloudServices.ts'
import type { AnswerStyle } from '../../support/aws/hostingStore.ts'
import { trainInAccount } from '../../support/aws/trainInAccount.ts'

const mistral = 'huggingface-llm-mistral-7b'

let cloud: CloudServices

beforeEach(async () => {
  cloud = await openCloudServices()
})
afterEach(async () => {
  const { problems } = cloud.double
  await cloud.close()
  // What AWS's service models do not accept is no request.
  expect(problems).toEqual([])
})

async function trainOne(baseModelId = mistral): Promise<Candidate> {
  const [candidate] = await trainInAccount(cloud, [baseModelId])
  return candidate as Candidate // one was asked for
}

function ask(candidateId: string, change: Partial<EvaluationRequest> = {}): EvaluationRequest {
  return {
    candidateId,
    rows: 4,
    source: { kind: 'validation' },
    robustnessRows: 0,
    stereotypePairs: 0,
    withBase: true,
    judge: null,
    library: null,
    ...change,
  }
}

/** The account's time goes on while it is asked. */
async function evaluate(request: EvaluationRequest): Promise<Evaluation> {
  const { evaluator } = cloud.test.services.evaluation
  const { id } = await evaluator.start(request)
  const timer = setInterval(() => cloud.double.advance(20_000), 40)
  try {
    return await evaluator.ended(id)
  } finally {
    clearInterval(timer)
  }
}

/** The public bucket's weights of the base model, which the double's has none of by itself. */
function publishBaseWeights(): void {
  cloud.double.objects.put(
    `s3://jumpstart-cache-prod-us-east-1/hosting/v1.1.0/train-${mistral}.tar.gz`,
    'weights',
  )
}

const countOf = (operation: string) =>
  cloud.double.calls.filter((call) => call.operation === operation && call.failure === null).length

test('both models answer from endpoints of their own, and what that takes was said before', async () => {
  publishBaseWeights()
  const { id } = await trainOne()
  const { services } = cloud.test
  const estimate = await services.evaluation.estimate(ask(id))
  expect(estimate).toMatchObject({
    place: 'endpoint',
    answers: 8,
    isMeasured: false,
    startMinutes: { low: 5, high: 30 },
    hasBase: true,
    currency: 'USD',
    machines: [{ side: 'tuned' }, { side: 'base' }],
  })
  // Two machines for 16 to 80 seconds, and at most half an hour of starting and two of idling.
  const [{ pricePerHour } = { pricePerHour: null }] = estimate.machines
  const hourly = 2 * (pricePerHour ?? Number.NaN)
  expect(estimate.cost?.low).toBeCloseTo((hourly * 16) / 3600, 6)
  expect(estimate.cost?.high).toBeCloseTo((hourly * (80 + 150 * 60)) / 3600, 6)

  const ended = await evaluate(ask(id))
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.rows).toHaveLength(4)
  for (const { tuned, base } of ended.rows) {
    expect(tuned.text).toBe(cloud.double.hosting.answer.trim())
    expect(base?.text).toBe(tuned.text)
  }
  expect(countOf('CreateEndpoint')).toBe(2)
  expect(countOf('InvokeEndpointWithResponseStream')).toBe(8)
  // Neither waits for the other, for which it would be paid.
  const order = cloud.double.calls.map(({ operation }) => operation)
  const firstAsked = order.indexOf('InvokeEndpointWithResponseStream')
  expect(order.lastIndexOf('CreateEndpoint')).toBeLessThan(firstAsked)
  const { endpoints } = services.use.endpoints.state()
  expect(endpoints.map(({ title }) => title).toSorted()).toEqual([
    'Help desk V1 · Mistral 7B',
    'Mistral 7B',
  ])
  expect(await services.report(id)).toContain('As good as its base model')

  // The next one is quicker: the endpoints are there, and an answer's time is known.
  expect(await services.evaluation.estimate(ask(id))).toMatchObject({
    startMinutes: null,
    isMeasured: true,
  })
})

test('without its base model one endpoint is made, and the report says that it has no base side', async () => {
  const { id } = await trainOne()
  const estimate = await cloud.test.services.evaluation.estimate(ask(id, { withBase: false }))
  expect(estimate).toMatchObject({ answers: 4, machines: [{ side: 'tuned' }] })
  const ended = await evaluate(ask(id, { withBase: false, robustnessRows: 1 }))
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.rows.map(({ base }) => base)).toEqual([null, null, null, null])
  expect(countOf('CreateEndpoint')).toBe(1)
  const html = await cloud.test.services.report(id)
  expect(html).toContain('No base model was asked')
  expect(html).not.toMatch(/Better than its base|NaN/)
})

test.each<AnswerStyle>(['lmi', 'openAiChat', 'openAiChatAtOnce'])(
  'a container that answers as %s is read as well',
  async (style) => {
    const { id } = await trainOne()
    cloud.double.hosting.answerStyle = style
    const ended = await evaluate(ask(id, { rows: 2, withBase: false }))
    expect(ended.rows.map(({ tuned }) => tuned.text)).toEqual(
      Array.from({ length: 2 }, () => cloud.double.hosting.answer.trim()),
    )
  },
)

test('Bedrock is asked by the token: no endpoint is made, for neither model', async () => {
  const { id } = await trainOne('bedrock:amazon.nova-lite-v1:0:300k')
  const estimate = await cloud.test.services.evaluation.estimate(ask(id))
  expect(estimate).toMatchObject({
    place: 'bedrock',
    machines: [],
    cost: null,
    startMinutes: null,
    // Nova Lite's price, for four rows of two models, and 120 tokens at most for each answer.
    bedrock: { outputTokens: 8 * 120, isSimilar: false },
    tellsProbabilities: false,
  })
  expect(estimate.bedrock?.cost).toBeGreaterThan((8 * 120 * 0.24) / 1e6)
  const ended = await evaluate(ask(id, { rows: 2 }))
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(countOf('ConverseStream')).toBe(4)
  expect(countOf('CreateEndpoint')).toBe(0)
})

test('an endpoint that fails says why, and the report goes on when it is mended', async () => {
  const { id } = await trainOne()
  const failed = await evaluate(ask(id, { rows: 2 }))
  expect(failed).toMatchObject({ status: 'Failed', failure: { code: 'EndpointFailed' } })
  expect(failed.failure?.message).toContain('Could not download the model data')
  publishBaseWeights()
  const ended = await evaluate(ask(id, { rows: 2 }))
  expect(ended).toMatchObject({ id: failed.id, status: 'Completed' })
})
