/** The code for an endpoint that answers later, run against an account's double, with no more than its policy allows. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Candidate } from '../../shared/model.ts'
import { invocationCode, type CodeLanguage } from '../../shared/invocationCode.ts'
import type { PolicyDocument } from '../../shared/policies.ts'
import { askWithCode, callLambda, whatIsMissing } from '../support/askWithCode.ts'
import { openCloudServices, type CloudServices } from '../support/aws/cloudServices.ts'
import type { DoubleCall } from '../support/aws/awsDouble.ts'
import { trainInAccount } from '../support/aws/trainInAccount.ts'

const mistral = 'huggingface-llm-mistral-7b'
const question = 'Where is item 7?'

let cloud: CloudServices
let directory: string
let name: string
let callsBefore: number

beforeAll(async () => {
  cloud = await openCloudServices()
  directory = path.join(cloud.test.root, 'code')
  await mkdir(directory)
  const [candidate] = (await trainInAccount(cloud, [mistral])) as [Candidate]
  const { deployments, endpoints } = cloud.test.services.use
  ;({ name } = await deployments.deploy({
    candidateId: candidate.id,
    name: 'later',
    instanceType: 'ml.g5.12xlarge',
    instanceCount: 1,
    idleMinutes: 60,
    dataCapture: null,
    isAsync: true,
    scaling: null,
    mayGoUnguarded: false,
  }))
  await vi.waitUntil(
    () => {
      cloud.double.advance(20_000)
      return endpoints.get(name).status === 'InService'
    },
    { timeout: 30_000, interval: 50 },
  )
})
afterAll(async () => {
  expect(cloud.double.problems).toEqual([])
  await cloud.close()
})
beforeEach(() => {
  callsBefore = cloud.double.calls.length
  cloud.double.hosting.asyncFailure = null
})

const codeRun = async (language: CodeLanguage) => ({
  code: await cloud.test.services.use.code(name, language),
  question,
  directory,
  environment: {
    AWS_ENDPOINT_URL: cloud.double.url,
    AWS_ACCESS_KEY_ID: 'AKIADOUBLEDOUBLE0001',
    AWS_SECRET_ACCESS_KEY: 'double-secret-double-secret-double-secret',
    AWS_REGION: cloud.double.region,
    AWS_DEFAULT_REGION: cloud.double.region,
  },
})

/** Reading an object's size takes the permission to read it. */
const s3Actions: Readonly<Record<string, string>> = { HeadObject: 's3:GetObject' }

async function expectAllowed(): Promise<void> {
  const policy = JSON.parse(await cloud.test.services.use.code(name, 'policy')) as PolicyDocument
  const made = cloud.double.calls.slice(callsBefore)
  const refused = made.filter((call) => !isAllowed(policy, call))
  expect(refused).toEqual([])
  expect(made.map(({ operation }) => operation)).toContain('InvokeEndpointAsync')
}

function isAllowed({ Statement }: PolicyDocument, { service, operation, input }: DoubleCall) {
  const action =
    service === 's3' ? (s3Actions[operation] ?? `s3:${operation}`) : `sagemaker:${operation}`
  const resource =
    service === 's3'
      ? `arn:aws:s3:::${String(input['Bucket'])}/${String(input['Key'])}`
      : cloud.test.services.use.endpoints.get(name).arn
  return Statement.some(
    ({ Action, Resource }) =>
      [Action].flat().includes(action) &&
      [Resource]
        .flat()
        .some((allowed) =>
          allowed?.endsWith('*') ? resource.startsWith(allowed.slice(0, -1)) : resource === allowed,
        ),
  )
}

const languages = ['javascript', 'python', 'cli', 'curl', 'java'] as const

test.for(languages)('in %s', async (language, context) => {
  const missing = await whatIsMissing(language)
  if (missing !== null) return context.skip(missing)
  const printed = await askWithCode(language, await codeRun(language))
  const { answer } = cloud.double.hosting
  // The shells and Java print what the container said.
  if (language === 'cli' || language === 'curl' || language === 'java')
    expect(JSON.parse(printed)).toMatchObject([{ generated_text: answer }])
  else expect(printed).toBe(answer)
  await expectAllowed()
})

test.for(languages)('in %s what the model refuses is told', async (language, context) => {
  const missing = await whatIsMissing(language)
  if (missing !== null) return context.skip(missing)
  cloud.double.hosting.asyncFailure = 'Received client error (422) from primary: too long'
  await expect(askWithCode(language, await codeRun(language))).rejects.toThrow('too long')
})

test('in a Lambda handler, which begins and is asked again', async (context) => {
  const missing = await whatIsMissing('lambda')
  if (missing !== null) return context.skip(missing)
  const run = await codeRun('lambda')
  const begun = await callLambda(run, { question })
  expect(begun.statusCode).toBe(202)
  const names: object = JSON.parse(begun.body)
  expect(await callLambda(run, names)).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: expect.stringContaining(cloud.double.hosting.answer.trim()),
  })
  await expectAllowed()
  // What has no answer yet says so, and nothing else is read through it.
  const unknown = { answer: 'unknown.out', failure: 'unknown-error.out' }
  expect(await callLambda(run, unknown)).toMatchObject({ statusCode: 202 })
  expect(await callLambda(run, { answer: '../secret.out' })).toMatchObject({ statusCode: 400 })
  cloud.double.hosting.asyncFailure = 'too long'
  const refused: object = JSON.parse((await callLambda(run, { question })).body)
  expect(await callLambda(run, refused)).toMatchObject({ statusCode: 502 })
})

test('an endpoint that answers at once is told apart, and is asked with other code', async () => {
  const { code } = await codeRun('javascript')
  expect(code).toContain('InvokeEndpointAsyncCommand')
  const atOnce = invocationCode('javascript', {
    endpointName: name,
    endpointArn: 'any',
    region: cloud.double.region,
    promptTemplate: '{prompt}',
    example: question,
    maxNewTokens: 1,
    isLocal: false,
    component: null,
  })
  // AWS refuses the wrong one of both, and so does the double.
  await expect(
    askWithCode('javascript', { ...(await codeRun('javascript')), code: atOnce }),
  ).rejects.toThrow('asynchronous endpoint')
})

test('the playground tells what the model refuses', async () => {
  cloud.double.hosting.asyncFailure = 'too long'
  await expect(
    cloud.test.services.use.playground.answerOf(
      { kind: 'endpoint', endpointName: name },
      question,
      { maxNewTokens: 4, temperature: 0, topP: 0.9, seed: 1 },
      new AbortController().signal,
    ),
  ).rejects.toMatchObject({ code: 'ModelRefused', details: { message: 'too long' } })
})
