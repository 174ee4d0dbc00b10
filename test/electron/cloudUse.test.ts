/** Using and shipping models in an account: the same services, held against AWS's own models by a double. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  costSoFar,
  isAsleep,
  isBillable,
  priceNow,
  type DeployRequest,
} from '../../shared/endpoint.ts'
import type { Candidate } from '../../shared/model.ts'
import type { GenerationSettings } from '../../shared/playground.ts'
import { openCloudServices, type CloudServices } from '../support/aws/cloudServices.ts'
import { userPolicy } from '../../shared/policies.ts'
import type { DoubleCall } from '../support/aws/awsDouble.ts'
import { knownFailures } from '../support/aws/failures.ts'
import type { AnswerStyle } from '../support/aws/hostingStore.ts'
import { trainInAccount } from '../support/aws/trainInAccount.ts'

const minuteMs = 60_000
const mistral = 'huggingface-llm-mistral-7b'
const settings: GenerationSettings = { maxNewTokens: 40, temperature: 0, topP: 0.9, seed: 1 }

let cloud: CloudServices

beforeEach(async () => {
  cloud = await openCloudServices()
})
afterEach(async () => {
  const { problems, calls: made } = cloud.double
  await cloud.close()
  // Nothing that any test sent would have been refused by AWS's own model, or by the policy that is asked for.
  expect(problems).toEqual([])
  expect([...new Set(made.filter((call) => !isAllowed(call)).map(actionOf))]).toEqual([])
})

const policy = userPolicy({
  region: 'us-east-1',
  account: '123456789012',
  bucket: 'any',
  prefix: 'timbre',
  executionRoleArn: 'arn:aws:iam::123456789012:role/TimbreExecution',
  kmsKeyArn: null,
  usesVpc: false,
})

/** IAM's names of services and actions, where they are not those of the API. */
function actionOf({ service, operation }: DoubleCall): string {
  const names: Readonly<Record<string, string>> = {
    'sagemaker-runtime': 'sagemaker',
    'bedrock-runtime': 'bedrock',
    'service-quotas': 'servicequotas',
  }
  const action = operation === 'ConverseStream' ? 'InvokeModelWithResponseStream' : operation
  return `${names[service] ?? service}:${action}`
}

function isAllowed(call: DoubleCall): boolean {
  // S3's actions have names of their own; who one is may be asked by everyone.
  if (call.service === 's3' || call.service === 'sts') return true
  return policy.Statement.some(({ Action, Resource }) => {
    if (![Action].flat().includes(actionOf(call))) return false
    if (call.service !== 'scheduler') return true
    const name = String([Resource].flat()[0]).split('/').at(-1)?.replace('*', '') ?? ''
    return String(call.input['Name']).startsWith(name)
  })
}

const train = (...baseModelIds: string[]) => trainInAccount(cloud, baseModelIds)

async function trainOne(baseModelId = mistral): Promise<Candidate> {
  const [candidate] = await train(baseModelId)
  return candidate as Candidate // one was asked for
}

const use = () => cloud.test.services.use

function deployRequest(candidateId: string, more: Partial<DeployRequest> = {}): DeployRequest {
  return {
    candidateId,
    name: 'help-desk',
    instanceType: 'ml.g5.12xlarge',
    instanceCount: 2,
    idleMinutes: 60,
    dataCapture: null,
    isAsync: false,
    scaling: null,
    mayGoUnguarded: false,
    ...more,
  }
}

async function untilStatus(name: string, status: string): Promise<void> {
  await expect
    .poll(
      () => {
        // Slower than a signature becomes too old between two calls.
        cloud.double.advance(20_000)
        return use().endpoints.get(name).status
      },
      { timeout: 20_000 },
    )
    .toBe(status)
}

async function deploy(candidateId: string, more: Partial<DeployRequest> = {}): Promise<string> {
  const { name } = await use().deployments.deploy(deployRequest(candidateId, more))
  await untilStatus(name, 'InService')
  return name
}

const calls = (pattern: RegExp) =>
  cloud.double.calls.filter(({ operation }) => pattern.test(operation))

async function removed(name: string): Promise<void> {
  await use().endpoints.remove(name)
  await untilStatus(name, 'Gone')
  await use().endpoints.removed(name)
}

test('deploys, tells the price, is updated beside the old one, shared, rolled back, and deleted in order', async () => {
  const [first, second] = (await train(mistral, 'huggingface-llm-falcon-7b-bf16')) as [
    Candidate,
    Candidate,
  ]
  const { deployments, endpoints } = use()
  const name = await deploy(first.id, {
    dataCapture: { percentage: 20, destinationUri: 's3://captured/help-desk/' },
  })
  const made = calls(/^(Create|Update)(Schedule|Model|EndpointConfig|Endpoint)$/)
    .filter(({ failure }) => failure === null)
    .map(({ operation }) => operation)
  expect(made).toEqual(['CreateSchedule', 'CreateModel', 'CreateEndpointConfig', 'CreateEndpoint'])
  expect(calls(/^CreateModel$/)[0]?.input).toMatchObject({
    EnableNetworkIsolation: true,
    PrimaryContainer: {
      ModelDataUrl: first.modelArtifactUri,
      // The hub says it for the type that was chosen.
      Environment: { HF_MODEL_ID: '/opt/ml/model', SM_NUM_GPUS: '4' },
    },
    Tags: expect.arrayContaining([{ Key: 'timbre:managed', Value: 'true' }]),
  })
  expect(calls(/^CreateEndpointConfig$/)[0]?.input).toMatchObject({
    ProductionVariants: [
      {
        InitialInstanceCount: 2,
        InstanceType: 'ml.g5.12xlarge',
        ModelDataDownloadTimeoutInSeconds: 1200,
        ContainerStartupHealthCheckTimeoutInSeconds: 1200,
      },
    ],
    DataCaptureConfig: {
      InitialSamplingPercentage: 20,
      DestinationS3Uri: 's3://captured/help-desk/',
    },
  })
  // Two machines at the double's price.
  expect(endpoints.get(name).price).toEqual({
    perHour: 2 * 7.09,
    currency: 'USD',
    reckonedIn: null,
  })

  await deployments.update(name, second.id, 0.25)
  expect(endpoints.get(name).price?.perHour).toBeCloseTo(4 * 7.09)
  await untilStatus(name, 'InService')
  const beside = endpoints.get(name).revisions.at(-1)
  expect(beside?.variants.map(({ name: variant, weight }) => [variant, weight])).toEqual([
    ['Old', 0.75],
    ['New', 0.25],
  ])
  await deployments.setShare(name, 0.6)
  expect(calls(/^UpdateEndpointWeights/)[0]?.input).toEqual({
    EndpointName: name,
    DesiredWeightsAndCapacities: [
      { VariantName: 'Old', DesiredWeight: 0.4 },
      { VariantName: 'New', DesiredWeight: 0.6 },
    ],
  })
  cloud.double.advance(minuteMs)
  await endpoints.refresh(name)
  expect(
    endpoints
      .get(name)
      .revisions.at(-1)
      ?.variants.map(({ weight }) => weight),
  ).toEqual([0.4, 0.6])
  await deployments.rollBack(name)
  await untilStatus(name, 'InService')
  expect(cloud.double.hosting.endpoints.get(name)?.configName).toBe(name)
  expect(endpoints.get(name).price?.perHour).toBeCloseTo(2 * 7.09)

  const before = cloud.double.calls.length
  await removed(name)
  const deletes = cloud.double.calls
    .slice(before)
    .filter(({ operation, failure }) => operation.startsWith('Delete') && failure === null)
    .map(({ operation }) => operation)
  expect(deletes[0]).toBe('DeleteEndpoint')
  expect(deletes.at(-1)).toBe('DeleteSchedule')
  expect(deletes.lastIndexOf('DeleteEndpointConfig')).toBeLessThan(deletes.indexOf('DeleteModel'))
  const { models, configs, endpoints: left, schedules } = cloud.double.hosting
  expect([models.size, configs.size, left.size, schedules.size]).toEqual([0, 0, 0, 0])
})

test('the schedule ends it at AWS without this program, and the end moves with use', async () => {
  const candidate = await trainOne()
  const name = await deploy(candidate.id)
  const { endpoints } = use()
  const first = endpoints.get(name).deadlineMs ?? 0
  cloud.double.advance(40 * minuteMs)
  endpoints.used(name)
  await expect
    .poll(() => endpoints.get(name).deadlineMs ?? 0)
    .toBeGreaterThan(first + 30 * minuteMs)
  cloud.double.advance(55 * minuteMs)
  await endpoints.reconcile()
  expect(endpoints.get(name).status).toBe('InService')
  cloud.double.advance(10 * minuteMs)
  await endpoints.reconcile()
  expect(['Deleting', 'Gone']).toContain(endpoints.get(name).status)
  await untilStatus(name, 'Gone')
  await endpoints.removed(name)
  expect(cloud.double.hosting.models.size).toBe(0)
})

test('a delete while it is created is asked for again until AWS takes it', async () => {
  const candidate = await trainOne()
  const { name } = await use().deployments.deploy(deployRequest(candidate.id))
  await expect.poll(() => use().endpoints.get(name).status).toBe('Creating')
  await use().endpoints.remove(name)
  await expect.poll(() => calls(/^DeleteEndpoint$/).length).toBeGreaterThan(1)
  // One request each time it was looked at, not as fast as the network lets it.
  const asked = calls(/^DeleteEndpoint$/).length
  expect(asked).toBeLessThan(40)
  await untilStatus(name, 'Gone')
  await use().endpoints.removed(name)
  expect(cloud.double.hosting.endpoints.size).toBe(0)
})

test('without the permission for a schedule nothing is made, and what to ask for is said', async () => {
  const candidate = await trainOne()
  cloud.double.hosting.isSchedulerTrusted = false
  const { name } = await use().deployments.deploy(deployRequest(candidate.id))
  await expect.poll(() => use().endpoints.get(name).status).toBe('Unguarded')
  expect(calls(/^Create(Model|Endpoint)$/)).toEqual([])
  use().endpoints.allowUnguarded(name)
  await untilStatus(name, 'InService')
  expect(use().endpoints.get(name).isGuarded).toBe(false)
  await removed(name)
})

test('what cannot start says why in words, and leaves nothing', async () => {
  const candidate = await trainOne()
  cloud.double.limits.endpointInstances.set('ml.g5.12xlarge', 0)
  const { name } = await use().deployments.deploy(deployRequest(candidate.id))
  await expect
    .poll(() => use().endpoints.get(name).failure?.code)
    .toMatch(/InstanceQuotaExceeded|QuotaExceeded/)
  await untilStatus(name, 'Gone')
  cloud.double.limits.endpointInstances.clear()
  cloud.double.failures.refuse('CreateModel', knownFailures.accessDenied('sagemaker:CreateModel'))
  const { name: denied } = await use().deployments.deploy(
    deployRequest(candidate.id, { name: 'denied' }),
  )
  await expect.poll(() => use().endpoints.get(denied).failure?.code).toMatch(/Denied|Missing/)
  await untilStatus(denied, 'Gone')
  const { models, configs, endpoints } = cloud.double.hosting
  expect([models.size, configs.size, endpoints.size]).toEqual([0, 0, 0])
})

test('orphans are found and deleted with what they are made of', async () => {
  const candidate = await trainOne()
  const name = await deploy(candidate.id)
  use().endpoints.forget(name)
  await use().endpoints.reconcile()
  expect(use().endpoints.state().orphans).toMatchObject([{ name, workspaceId: cloud.workspaceId }])
  await use().endpoints.removeOrphan(cloud.workspaceId, name)
  cloud.double.advance(5 * minuteMs)
  await use().endpoints.reconcile()
  expect(use().endpoints.state().orphans).toEqual([])
  expect(cloud.double.hosting.models.size).toBe(0)
})

test.each<[AnswerStyle, string]>([
  ['tgi', 'eos_token'],
  ['tgiAtOnce', 'eos_token'],
  ['lmi', 'eos_token'],
  ['openAiChat', 'eos_token'],
  ['openAiChatAtOnce', 'eos_token'],
  ['refusesStreams', 'eos_token'],
])('answers in the shape %s', async (style, finishReason) => {
  const candidate = await trainOne()
  cloud.double.hosting.answerStyle = style
  const { playground } = use()
  const turn = playground.ask({
    requestId: style,
    conversationId: 'talk',
    parentId: null,
    prompt: 'Where is item 7?',
    settings,
    speakers: [{ kind: 'candidate', candidateId: candidate.id }],
    remembers: false,
  })
  expect(turn.answers).toEqual([])
  const timer = setInterval(() => cloud.double.advance(20_000), 40)
  const last = await cloud.test.events.until('answer.appended', ({ done }) => done)
  clearInterval(timer)
  expect(last).toMatchObject({ error: null, finishReason, endpointName: expect.any(String) })
  const pieces = cloud.test.events.of('answer.appended')
  const text = pieces.map((piece) => piece.text).join('')
  expect(text).toBe(cloud.double.hosting.answer)
  const isStreamed = ['tgi', 'lmi', 'openAiChat'].includes(style)
  const textPieces = pieces.filter((piece) => piece.text !== '').length
  expect(textPieces > 1).toBe(isStreamed)
  // What happened meanwhile was said; which of the phases a look meets depends on its moment.
  expect(pieces.some(({ phase }) => phase !== null)).toBe(true)
  expect(use().endpoints.state().endpoints[0]?.price?.perHour).toBe(7.09)
})

test('Autopilot’s and serverless models are served with what their jobs name; Bedrock’s without an endpoint', async () => {
  const [autopilot, serverless, nova, titan] = (await train(
    'autopilot:Falcon7B',
    'serverless:huggingface-reasoning-qwen3-4b',
    'bedrock:amazon.nova-micro-v1:0:128k',
    'bedrock:amazon.titan-text-express-v1:0:8k',
  )) as [Candidate, Candidate, Candidate, Candidate]
  const { playground, deployments } = use()
  const timer = setInterval(() => cloud.double.advance(20_000), 40)
  const ask = (candidate: Candidate, side: 'tuned' | 'base' = 'tuned') =>
    playground.answer(candidate, side, 'Where is item 7?', settings)
  const expected = cloud.double.hosting.answer
  expect(await ask(autopilot)).toBe(expected)
  expect(calls(/^CreateModel$/).at(-1)?.input['PrimaryContainer']).toMatchObject({
    Image: expect.stringContaining('djl-inference'),
  })
  expect(await ask(serverless)).toBe(expected)
  expect(calls(/^CreateModel$/).at(-1)?.input['PrimaryContainer']).toMatchObject({
    ModelDataSource: { S3DataSource: { S3Uri: serverless.modelArtifactUri } },
  })
  const models = calls(/^CreateModel$/).length
  expect(await ask(nova)).toBe(expected)
  expect(await ask(nova)).toBe(expected)
  expect(calls(/^CreateCustomModelDeployment$/)).toHaveLength(1)
  expect(calls(/^ConverseStream$/)[0]?.input).toMatchObject({
    messages: [{ role: 'user', content: [{ text: 'Where is item 7?' }] }],
    inferenceConfig: { maxTokens: 40, temperature: 0, topP: 0.9 },
  })
  expect(await ask(nova, 'base')).toBe(expected)
  await expect(ask(titan)).rejects.toMatchObject({ code: 'ThroughputOnly' })
  await expect(deployments.deploy(deployRequest(nova.id))).rejects.toMatchObject({
    code: 'NotServedByEndpoint',
  })
  clearInterval(timer)
  expect(calls(/^CreateModel$/)).toHaveLength(models)
})

test('an endpoint that answers later puts its answers into S3, and is asked through it', async () => {
  const candidate = await trainOne()
  const name = await deploy(candidate.id, { isAsync: true })
  expect(calls(/^CreateEndpointConfig$/)[0]?.input).toMatchObject({
    AsyncInferenceConfig: {
      OutputConfig: {
        S3OutputPath: expect.stringMatching(/^s3:\/\/sagemaker-.*\/timbre\/async\//),
      },
    },
  })
  const answer = await use().playground.answerOf(
    { kind: 'endpoint', endpointName: name },
    'Where is item 7?',
    settings,
    new AbortController().signal,
  )
  expect(answer).toBe(cloud.double.hosting.answer)
  await removed(name)
})

test('scales with the load, is told anew after an update, and leaves nothing of it', async () => {
  const candidate = await trainOne()
  const { deployments, endpoints } = use()
  const { hosting } = cloud.double
  const name = await deploy(candidate.id, {
    instanceCount: 1,
    scaling: { min: 1, max: 3, target: 60 },
  })
  await expect.poll(() => endpoints.get(name).isScaled).toBe(true)
  // What is paid at the most is what is said.
  expect(endpoints.get(name).price?.perHour).toBeCloseTo(3 * 7.09)
  expect([...hosting.scalableTargets.values()]).toMatchObject([
    { ResourceId: `endpoint/${name}/variant/AllTraffic`, MinCapacity: 1, MaxCapacity: 3 },
  ])
  expect([...hosting.scalingPolicies.values()]).toMatchObject([
    {
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance',
        },
      },
    },
  ])
  await deployments.update(name, candidate.id, 0.5)
  await untilStatus(name, 'InService')
  await expect.poll(() => endpoints.get(name).isScaled).toBe(true)
  expect([...hosting.scalableTargets.keys()]).toEqual([
    `endpoint/${name}/variant/Old`,
    `endpoint/${name}/variant/New`,
  ])
  expect(endpoints.get(name).price?.perHour).toBeCloseTo(6 * 7.09)
  await removed(name)
  expect(hosting.scalableTargets.size + hosting.scalingPolicies.size).toBe(0)
})

test('one that answers later goes down to no machine at all, and is woken by what waits', async () => {
  const candidate = await trainOne()
  const { endpoints } = use()
  const { hosting } = cloud.double
  const name = await deploy(candidate.id, {
    isAsync: true,
    scaling: { min: 0, max: 2, target: 5 },
  })
  await expect.poll(() => endpoints.get(name).isScaled).toBe(true)
  expect([...hosting.scalingPolicies.values()]).toMatchObject([
    { TargetTrackingScalingPolicyConfiguration: { TargetValue: 5 } },
    { PolicyType: 'StepScaling' },
  ])
  expect(hosting.alarms.get(`${name}-wake`)).toMatchObject({
    MetricName: 'HasBacklogWithoutCapacity',
    AlarmActions: [expect.stringContaining('timbre-wake')],
  })
  await removed(name)
  expect(hosting.scalableTargets.size + hosting.scalingPolicies.size + hosting.alarms.size).toBe(0)
})

const asleep = { min: 0, max: 2, target: 5 }

/** With its model as an inference component. */
async function deploySleepy(candidateId: string, more: Partial<DeployRequest> = {}) {
  const name = await deploy(candidateId, { instanceCount: 1, scaling: asleep, ...more })
  await expect.poll(() => use().endpoints.get(name).isScaled).toBe(true)
  const componentName = use().endpoints.get(name).revisions.at(-1)?.componentName ?? ''
  return { name, componentName }
}

/** As AWS does when nobody asks. */
function fallAsleep(componentName: string): void {
  const component = cloud.double.hosting.components.get(componentName)
  if (component) component.copies = 0
}

test('one that answers at once goes down to no machine as an inference component, and both end by schedules of their own', async () => {
  const candidate = await trainOne()
  const { endpoints } = use()
  const { hosting } = cloud.double
  const { name, componentName } = await deploySleepy(candidate.id)
  const made = calls(/^Create(Schedule|Model|EndpointConfig|Endpoint|InferenceComponent)$/)
    .filter(({ failure }) => failure === null)
    .map(({ operation }) => operation)
  expect(made).toEqual([
    'CreateSchedule',
    'CreateSchedule',
    'CreateModel',
    'CreateEndpointConfig',
    'CreateEndpoint',
    'CreateInferenceComponent',
  ])
  const deadlineMs = endpoints.get(name).deadlineMs ?? 0
  const schedule = {
    ScheduleExpression: 'rate(5 minutes)',
    ActionAfterCompletion: 'DELETE',
    StartDate: deadlineMs / 1000,
    EndDate: (deadlineMs + 7 * 24 * 60 * minuteMs) / 1000,
  }
  expect(hosting.schedules.get(`stop-${name}`)).toMatchObject({
    input: schedule,
    deletes: { kind: 'endpoint', name },
  })
  expect(hosting.schedules.get(`stop-${componentName}`)).toMatchObject({
    input: schedule,
    deletes: { kind: 'component', name: componentName },
  })
  expect(calls(/^CreateEndpointConfig$/)[0]?.input).toMatchObject({
    ExecutionRoleArn: expect.stringContaining(':role/'),
    EnableNetworkIsolation: true,
    ProductionVariants: [
      {
        InitialInstanceCount: 1,
        ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 },
      },
    ],
  })
  expect(calls(/^CreateInferenceComponent$/)[0]?.input).toMatchObject({
    Specification: {
      ModelName: name,
      ComputeResourceRequirements: { NumberOfAcceleratorDevicesRequired: 4 },
      StartupParameters: { ModelDataDownloadTimeoutInSeconds: 1200 },
    },
    RuntimeConfig: { CopyCount: 1 },
  })
  expect([...hosting.scalableTargets.values()]).toMatchObject([
    { ResourceId: `inference-component/${componentName}`, MinCapacity: 0, MaxCapacity: 2 },
  ])
  expect([...hosting.scalingPolicies.values()]).toMatchObject([
    {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 5,
        PredefinedMetricSpecification: {
          PredefinedMetricType:
            'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution',
        },
      },
    },
    { PolicyType: 'StepScaling' },
  ])
  expect(hosting.alarms.get(`${name}-wake`)).toMatchObject({
    MetricName: 'NoCapacityInvocationFailures',
    Dimensions: [{ Name: 'InferenceComponentName', Value: componentName }],
  })
  const before = cloud.double.calls.length
  await removed(name)
  const deletes = cloud.double.calls
    .slice(before)
    .filter(({ operation, failure }) => operation.startsWith('Delete') && failure === null)
    .map(({ operation }) => operation)
  expect(deletes[0]).toBe('DeleteInferenceComponent')
  expect(deletes.indexOf('DeleteEndpoint')).toBeLessThan(deletes.indexOf('DeleteEndpointConfig'))
  expect(deletes.slice(-2)).toEqual(['DeleteSchedule', 'DeleteSchedule'])
  const { models, configs, endpoints: left, components, schedules } = hosting
  const all = [models, configs, left, components, schedules, hosting.alarms]
  expect(all.map(({ size }) => size)).toEqual([0, 0, 0, 0, 0, 0])
  expect(hosting.scalableTargets.size).toBe(0)
})

test('asleep it costs nothing, says so, and wakes with a question, which is asked again until it answers', async () => {
  const candidate = await trainOne()
  const { endpoints, playground } = use()
  const { name, componentName } = await deploySleepy(candidate.id, { idleMinutes: 600 })
  await endpoints.reconcile()
  expect(priceNow(endpoints.get(name))?.perHour).toBeCloseTo(7.09)
  expect(isAsleep(endpoints.get(name))).toBe(false)
  cloud.double.advance(60 * minuteMs)
  fallAsleep(componentName)
  await endpoints.reconcile()
  const sleeping = endpoints.get(name)
  expect(isAsleep(sleeping)).toBe(true)
  expect(priceNow(sleeping)?.perHour).toBe(0)
  // What it has cost stays as it is.
  const atMs = sleeping.machines.at(-1)?.sinceMs ?? 0
  expect(costSoFar(sleeping, atMs + 600 * minuteMs)).toBeCloseTo(costSoFar(sleeping, atMs) ?? 0)
  expect(costSoFar(sleeping, atMs)).toBeGreaterThan(7.09)

  const timer = setInterval(() => cloud.double.advance(20_000), 40)
  const answer = await playground.answerOf(
    { kind: 'endpoint', endpointName: name },
    'Where is item 7?',
    settings,
    new AbortController().signal,
  )
  clearInterval(timer)
  expect(answer).toBe(cloud.double.hosting.answer)
  const asked = calls(/^InvokeEndpointWithResponseStream$/)
  expect(asked.length).toBeGreaterThan(1)
  expect(asked[0]?.input).toMatchObject({ InferenceComponentName: componentName })
  expect(asked[0]?.failure).not.toBeNull()
  expect(asked.at(-1)?.failure).toBeNull()
  await endpoints.reconcile()
  expect(isAsleep(endpoints.get(name))).toBe(false)
  const series = await use().deployments.metrics(name, 1)
  expect(series.find(({ metric }) => metric === 'invocations')?.points).not.toEqual([])
  await removed(name)
})

test.each([false, true])(
  'the schedules end endpoint and component without this program (AWS leaves the component: %s), and both move with use',
  async (leavesComponents) => {
    const candidate = await trainOne()
    const { endpoints } = use()
    const { hosting } = cloud.double
    hosting.leavesComponents = leavesComponents
    const { name, componentName } = await deploySleepy(candidate.id)
    const first = endpoints.get(name).deadlineMs ?? 0
    cloud.double.advance(first - cloud.double.now() - 20 * minuteMs)
    endpoints.used(name)
    await expect
      .poll(() => hosting.schedules.get(`stop-${componentName}`)?.atMs ?? 0)
      .toBeGreaterThan(first + 20 * minuteMs)
    expect(hosting.schedules.get(`stop-${name}`)?.atMs).toBe(
      hosting.schedules.get(`stop-${componentName}`)?.atMs,
    )
    cloud.double.advance(50 * minuteMs)
    await endpoints.reconcile()
    expect(endpoints.get(name).status).toBe('InService')
    // Nobody looks while they run.
    cloud.double.advance(40 * minuteMs)
    await endpoints.reconcile()
    expect(hosting.endpoints.size + hosting.components.size).toBe(0)
    await untilStatus(name, 'Gone')
    await endpoints.removed(name)
    expect(hosting.models.size + hosting.configs.size + hosting.schedules.size).toBe(0)
  },
)

test('a scheduler’s role that may not delete components is no protection, and nothing is made before someone says so', async () => {
  const candidate = await trainOne()
  const { hosting } = cloud.double
  hosting.deniedToScheduler.add('sagemaker:DeleteInferenceComponent')
  const { name } = await use().deployments.deploy(
    deployRequest(candidate.id, { scaling: asleep, instanceCount: 1 }),
  )
  await expect.poll(() => use().endpoints.get(name).status).toBe('Unguarded')
  expect(use().endpoints.get(name).isGuarded).toBe(false)
  expect(calls(/^Create(Model|Endpoint|InferenceComponent)$/)).toEqual([])
  use().endpoints.allowUnguarded(name)
  await untilStatus(name, 'InService')
  expect(use().endpoints.get(name).isGuarded).toBe(false)
  await removed(name)
  expect(hosting.components.size + hosting.schedules.size).toBe(0)
})

test('whoever may not set a schedule is asked, in whatever words AWS refuses it', async () => {
  const candidate = await trainOne()
  const { hosting, failures } = cloud.double
  const refusal = knownFailures.accessDenied('scheduler:CreateSchedule')
  failures.refuse('CreateSchedule', refusal, 99)
  const { name } = await use().deployments.deploy(deployRequest(candidate.id))
  await expect.poll(() => use().endpoints.get(name).status).toBe('Unguarded')
  expect(calls(/^Create(Model|Endpoint)$/)).toEqual([])
  use().endpoints.allowUnguarded(name)
  await untilStatus(name, 'InService')
  await removed(name)
  expect(hosting.endpoints.size + hosting.schedules.size).toBe(0)
})

test('one that runs until it is deleted is not made while a schedule of its name may be left', async () => {
  const candidate = await trainOne()
  const { hosting, failures } = cloud.double
  const refusal = knownFailures.accessDenied('scheduler:DeleteSchedule')
  failures.refuse('DeleteSchedule', refusal, 99)
  const { name } = await use().deployments.deploy(
    deployRequest(candidate.id, { idleMinutes: null }),
  )
  await expect
    .poll(() => use().endpoints.get(name).failure)
    .toMatchObject({
      code: 'PermissionMissing',
      details: { action: 'scheduler:DeleteSchedule' },
    })
  await untilStatus(name, 'Gone')
  await use().endpoints.removed(name)
  expect(calls(/^CreateEndpoint$/)).toEqual([])
  expect(hosting.models.size + hosting.configs.size).toBe(0)
})

test('one that runs until it is deleted is not ended by a schedule of an earlier one of its name', async () => {
  const candidate = await trainOne()
  const { endpoints } = use()
  const { hosting } = cloud.double
  const first = await deploySleepy(candidate.id)
  // It ended by itself, and this computer never heard of it.
  cloud.double.advance(100 * minuteMs)
  endpoints.forget(first.name)
  await endpoints.reconcile()
  expect(hosting.endpoints.size).toBe(0)
  expect(hosting.schedules.has(`stop-${first.name}`)).toBe(true)
  hosting.models.clear()
  hosting.configs.clear()
  const name = await deploy(candidate.id, { idleMinutes: null })
  expect(name).toBe(first.name)
  cloud.double.advance(24 * 60 * minuteMs)
  await endpoints.reconcile()
  expect(endpoints.get(name).status).toBe('InService')
  await removed(name)
})

test('what holds one model refuses another, and says what to do', async () => {
  const candidate = await trainOne()
  const { deployments } = use()
  const { name } = await deploySleepy(candidate.id)
  for (const change of [
    () => deployments.update(name, candidate.id, 0.5),
    () => deployments.rollBack(name),
    () => deployments.setShare(name, 0.5),
  ])
    await expect(change()).rejects.toMatchObject({ code: 'HoldsOneModel', details: { name } })
  await removed(name)
})

test('one that can’t start says why, and leaves nothing', async () => {
  const candidate = await trainOne()
  const { hosting } = cloud.double
  const { name } = await use().deployments.deploy(
    deployRequest(candidate.id, { scaling: asleep, instanceType: 'ml.g4dn.2xlarge' }),
  )
  // The double’s machine of this type has no accelerator.
  await expect
    .poll(
      () => {
        cloud.double.advance(20_000)
        return use().endpoints.get(name).failure?.details['message']
      },
      { timeout: 20_000 },
    )
    .toMatch(/not enough hardware/)
  await untilStatus(name, 'Gone')
  await use().endpoints.removed(name)
  expect(hosting.endpoints.size + hosting.components.size + hosting.models.size).toBe(0)
})

test('a component that can’t start says why, costs until its endpoint is gone, and leaves nothing', async () => {
  const candidate = await trainOne()
  const { hosting } = cloud.double
  const { name } = await use().deployments.deploy(
    deployRequest(candidate.id, { scaling: asleep, instanceCount: 1 }),
  )
  await vi.waitUntil(
    () => {
      cloud.double.advance(20_000)
      return hosting.components.size === 1
    },
    { timeout: 20_000, interval: 50 },
  )
  for (const [key, component] of hosting.components)
    hosting.components.set(key, { ...component, failure: 'did not pass the ping health check' })
  await expect
    .poll(
      () => {
        cloud.double.advance(20_000)
        return use().endpoints.get(name).failure?.code
      },
      { timeout: 20_000 },
    )
    .toBe('ContainerUnhealthy')
  expect(isBillable(use().endpoints.get(name))).toBe(true)
  await untilStatus(name, 'Gone')
  await use().endpoints.removed(name)
  expect(hosting.endpoints.size + hosting.components.size + hosting.models.size).toBe(0)
})

test('whoever may not look at components is told so, and nothing is made', async () => {
  const candidate = await trainOne()
  cloud.double.failures.refuse(
    'DescribeInferenceComponent',
    knownFailures.accessDenied('sagemaker:DescribeInferenceComponent'),
    // The SDK tries again, for it finds that its clock was off.
    9,
  )
  const { name } = await use().deployments.deploy(
    deployRequest(candidate.id, { scaling: asleep, instanceCount: 1 }),
  )
  await expect
    .poll(() => use().endpoints.get(name).failure?.code)
    .toMatch(/AccessDenied|PermissionMissing/)
  expect(use().endpoints.get(name).status).toBe('Gone')
  expect(calls(/^Create(Schedule|Model|Endpoint|InferenceComponent)$/)).toEqual([])
})

test('orphans with components are deleted in order, and so is a component that lost its endpoint', async () => {
  const candidate = await trainOne()
  const { endpoints } = use()
  const { hosting } = cloud.double
  const { name, componentName } = await deploySleepy(candidate.id)
  endpoints.forget(name)
  await endpoints.reconcile()
  expect(endpoints.state().orphans).toMatchObject([{ kind: 'endpoint', name }])
  const timer = setInterval(() => cloud.double.advance(20_000), 40)
  await endpoints.removeOrphan(cloud.workspaceId, name)
  await expect
    .poll(async () => {
      await endpoints.reconcile()
      return hosting.endpoints.size + hosting.components.size
    })
    .toBe(0)
  expect(hosting.models.size + hosting.configs.size).toBe(0)

  hosting.schedules.clear()
  hosting.leavesComponents = true
  clearInterval(timer)
  const second = await deploySleepy(candidate.id, { name: 'second' })
  endpoints.forget(second.name)
  hosting.endpoints.delete(second.name)
  hosting.schedules.clear()
  await endpoints.reconcile()
  expect(endpoints.state().orphans).toMatchObject([
    { kind: 'component', name: second.componentName },
  ])
  expect(second.componentName).not.toBe(componentName)
  const refusal = knownFailures.accessDenied('sagemaker:DeleteInferenceComponent')
  cloud.double.failures.refuse('DeleteInferenceComponent', refusal, 99)
  await expect(
    endpoints.removeOrphan(cloud.workspaceId, second.componentName),
  ).rejects.toMatchObject({ code: 'PermissionMissing' })
  cloud.double.failures.settle('DeleteInferenceComponent')
  const again = setInterval(() => cloud.double.advance(20_000), 40)
  await endpoints.removeOrphan(cloud.workspaceId, second.componentName)
  clearInterval(again)
  expect(hosting.components.size + hosting.models.size).toBe(0)
  hosting.configs.clear()
})

test('where scaling is not allowed it serves all the same, and says so', async () => {
  const candidate = await trainOne()
  cloud.double.hosting.isScalingAllowed = false
  const name = await deploy(candidate.id, { scaling: { min: 1, max: 3, target: 60 } })
  await expect
    .poll(() => use().endpoints.get(name).scalingFailure?.code)
    .toMatch(/PermissionMissing|AccessDenied/)
  // Allowed since: the next look at the account does it.
  cloud.double.hosting.isScalingAllowed = true
  await use().endpoints.reconcile()
  expect(use().endpoints.get(name)).toMatchObject({ isScaled: true, scalingFailure: null })
  await removed(name)
})

test('what was asked shows in CloudWatch’s figures', async () => {
  const candidate = await trainOne()
  const name = await deploy(candidate.id)
  const ask = () =>
    use().playground.answerOf(
      { kind: 'endpoint', endpointName: name },
      'Where?',
      settings,
      new AbortController().signal,
    )
  await ask()
  await ask()
  const series = await use().deployments.metrics(name, 1)
  const sum = (metric: string) =>
    series
      .filter((one) => one.metric === metric)
      .flatMap(({ points }) => points)
      .reduce((total, { value }) => total + value, 0)
  expect(sum('invocations')).toBe(2)
  expect(sum('errors')).toBe(0)
  expect(series.find(({ metric }) => metric === 'latencyP50')?.points[0]?.value).toBe(240)
  await removed(name)
})

test('a version is registered in the account’s registry once for a click, approved and deleted', async () => {
  const candidate = await trainOne()
  const { registry } = use()
  // As it is while the window is open: its report must not get machines for answers that nobody asked for.
  await cloud.test.services.engine.start()
  const request = {
    candidateId: candidate.id,
    groupName: 'help-desk',
    description: 'Answers of the help desk',
    intendedUse: 'Drafts that a person reads',
  }
  const arn = await registry.register(request)
  expect(await registry.register(request)).toBe(arn)
  expect(calls(/^CreateEndpoint$/)).toEqual([])
  expect(await registry.groups(cloud.workspaceId)).toMatchObject([{ name: 'help-desk' }])
  const [version] = await registry.versions(cloud.workspaceId, 'help-desk')
  expect(version).toMatchObject({
    arn,
    version: 1,
    approval: 'PendingManualApproval',
    modelUri: candidate.modelArtifactUri,
    facts: { 'base model': mistral, 'training rows': '160' },
  })
  const metrics = version?.metricsUri ?? ''
  expect(cloud.double.objects.under(metrics)).toHaveLength(1)
  await registry.approve(cloud.workspaceId, arn, 'Approved', 'Reads well')
  expect((await registry.versions(cloud.workspaceId, 'help-desk'))[0]).toMatchObject({
    approval: 'Approved',
    comment: 'Reads well',
  })
  await registry.remove(cloud.workspaceId, arn)
  expect(await registry.versions(cloud.workspaceId, 'help-desk')).toEqual([])
})

test('an artifact is downloaded from the account’s bucket', async () => {
  const candidate = await trainOne()
  const file = path.join(cloud.test.root, 'model.tar.gz')
  await use().downloadArtifact(candidate.id, file)
  expect(await readFile(file, 'utf8')).toBe(`weights of ${candidate.modelArtifactUri}`)
})
