/** Notebooks of the ways that need an account: written from its jobs, held against AWS's own models by a double. */
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobRequestOf } from '../../electron/aws/trainingRequest.ts'
import type { Notebook } from '../../electron/notebook/notebook.ts'
import type { Candidate } from '../../shared/model.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { openCloudServices, type CloudServices } from '../support/aws/cloudServices.ts'
import { serviceModels } from '../support/aws/serviceModel.ts'
import { validateValue } from '../support/aws/validateValue.ts'
import {
  compileNotebook,
  executeNotebook,
  expectValid,
  hasJupyter,
  python,
  succeeds,
  whatJupyterNeeds,
} from '../support/notebooks.ts'
import { trainInAccount } from '../support/aws/trainInAccount.ts'

const minuteMs = 60_000
/**
 * With what the notebook itself adds. The double refuses CreateEndpoint with a signature of five minutes ago, and its clock
 * runs ahead of Python's: endpoints are deployed and asked by the notebooks that run against the engine (useServices.test).
 */
const cases = [
  {
    baseModelId: 'autopilot:Falcon7B',
    service: 'sagemaker',
    operation: 'CreateAutoMLJobV2',
    names: { AutoMLJobName: 'again' },
    isAskedHere: false,
    isDeployedOnDemand: false,
    printed: [/ValidationLoss \d/, 'rows to train on'],
  },
  {
    baseModelId: 'serverless:huggingface-reasoning-qwen3-4b',
    service: 'sagemaker',
    operation: 'CreateTrainingJob',
    names: { TrainingJobName: 'again' },
    isAskedHere: false,
    isDeployedOnDemand: false,
    printed: [/loss: \d+ values/, 'rows to train on'],
  },
  {
    baseModelId: 'bedrock:amazon.nova-micro-v1:0:128k',
    service: 'bedrock',
    operation: 'CreateModelCustomizationJob',
    names: { jobName: 'again', customModelName: 'again' },
    isAskedHere: true,
    isDeployedOnDemand: true,
    printed: [
      /training_loss: \d+ values/,
      'In service',
      /mean token F1 \d/,
      'deployment is deleted',
    ],
  },
  {
    baseModelId: 'bedrock:amazon.titan-text-express-v1:0:8k',
    service: 'bedrock',
    operation: 'CreateModelCustomizationJob',
    names: { jobName: 'again', customModelName: 'again' },
    isAskedHere: true,
    isDeployedOnDemand: false,
    printed: [/training_loss: \d+ values/, 'The trained model stays'],
  },
]

let cloud: CloudServices
let candidates: readonly Candidate[]

beforeAll(async () => {
  cloud = await openCloudServices()
  candidates = await trainInAccount(
    cloud,
    cases.map(({ baseModelId }) => baseModelId),
  )
}, 60_000)
afterAll(() => cloud.close())

function candidateOf(id: string): Candidate {
  const found = candidates.find(({ baseModelId }) => baseModelId === id)
  if (!found) throw new Error(`Nothing was trained of ${id}.`)
  return found
}

function untilDeployment({ cells }: Notebook): Notebook['cells'] {
  const end = cells.findIndex(({ source }) => source.join('').startsWith('## Deployment'))
  expect(end).toBeGreaterThan(5)
  return cells.slice(0, end)
}

for (const one of cases) {
  test(`${one.baseModelId}: the notebook is valid, and its request is the one that was made`, async () => {
    const candidate = candidateOf(one.baseModelId)
    const { services } = cloud.test
    const { clients } = await services.connect(cloud.workspaceId)
    const { way } = readBaseModelId(candidate.baseModelId)
    const request = await jobRequestOf(clients, way, candidate.trainingJobName)
    const model = serviceModels.get(one.service)
    if (!model) throw new Error(`There is no model of ${one.service}.`)
    const shape = model.operations[one.operation]?.input?.shape ?? ''
    expect(validateValue(model, shape, { ...request, ...one.names })).toEqual([])
    const made = cloud.double.calls.find(
      ({ operation, input }) =>
        operation === one.operation && Object.values(input).includes(candidate.trainingJobName),
    )
    const { hyperParameters, HyperParameters, AutoMLProblemTypeConfig } = made?.input ?? {}
    expect(request).toMatchObject(
      JSON.parse(JSON.stringify({ hyperParameters, HyperParameters, AutoMLProblemTypeConfig })),
    )
    expectValid(await services.use.notebook(candidate.id))
  })

  test(`${one.baseModelId}: every cell is Python`, async (context) => {
    if (!(await succeeds(python, '--version'))) return context.skip('Python is not installed')
    const notebook = await cloud.test.services.use.notebook(candidateOf(one.baseModelId).id)
    await compileNotebook(notebook, path.join(cloud.test.root, 'compiled.ipynb'))
  })

  test(`${one.baseModelId}: runs against a double where Jupyter is installed`, async (context) => {
    if (!(await hasJupyter())) return context.skip(whatJupyterNeeds)
    const notebook = await cloud.test.services.use.notebook(candidateOf(one.baseModelId).id)
    const callsBefore = cloud.double.calls.length
    const timer = setInterval(() => cloud.double.advance(minuteMs / 4), 100)
    const printed = await executeNotebook(
      { ...notebook, cells: one.isAskedHere ? notebook.cells : untilDeployment(notebook) },
      path.join(cloud.test.root, 'run.ipynb'),
      {
        AWS_ENDPOINT_URL: cloud.double.url,
        AWS_ACCESS_KEY_ID: 'AKIADOUBLEDOUBLE0001',
        AWS_SECRET_ACCESS_KEY: 'double-secret-double-secret-double-secret',
      },
    ).finally(() => clearInterval(timer))
    for (const words of one.printed) expect(printed).toMatch(words)
    const calls = cloud.double.calls.slice(callsBefore).map(({ operation }) => operation)
    expect(calls).toContain(one.operation)
    expect(calls.includes('CreateCustomModelDeployment')).toBe(one.isDeployedOnDemand)
    // Nothing that the notebook sent would have been refused by AWS's own model.
    expect(cloud.double.problems).toEqual([])
  }, 300_000)
}
