/** The budget of a workspace, held against what is really going to be rented. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { getVersion } from '../../../electron/db/models.ts'
import { workspaceDraftSchema } from '../../../shared/workspace.ts'
import {
  lookAtAll,
  openCloudServices,
  type CloudServices,
} from '../../support/aws/cloudServices.ts'
import type { DeployRequest } from '../../../shared/endpoint.ts'
import { aRequest, importQuestions } from '../../support/services.ts'

let cloud: CloudServices

beforeEach(async () => {
  cloud = await openCloudServices()
})
afterEach(async () => {
  const { problems } = cloud.double
  await cloud.close()
  expect(problems).toEqual([])
})

function setBudget(monthlyBudget: number): void {
  const { workspaces } = cloud.test.services
  const workspace = workspaces.list().find(({ id }) => id === cloud.workspaceId)
  workspaces.update(cloud.workspaceId, workspaceDraftSchema.parse({ ...workspace, monthlyBudget }))
}

async function start(instanceType?: string) {
  return cloud.test.services.startVersion(
    aRequest(
      await importQuestions(cloud.test, 60),
      {},
      {
        workspaceId: cloud.workspaceId,
        candidates: [
          {
            // Its default machine is an ml.g5.12xlarge, at 7.09 an hour.
            baseModelId: 'huggingface-llm-mistral-7b',
            hyperparameters: {},
            ...(instanceType ? { cloud: { spot: false, instanceType } } : {}),
          },
        ],
      },
    ),
  )
}

test('holds for the machine that nobody chose, and nothing is sent', async () => {
  setBudget(5)
  await expect(start()).rejects.toMatchObject({
    code: 'BudgetExceeded',
    details: { cost: '7.09 USD', left: '5.00 USD' },
  })
  expect(cloud.double.jobs.all).toEqual([])
  expect(cloud.double.calls.filter(({ operation }) => operation === 'PutObject')).toEqual([])
})

async function train() {
  const { services } = cloud.test
  const version = await start()
  await expect
    .poll(
      async () => {
        cloud.double.advance(5 * 60_000)
        await lookAtAll(services)
        return getVersion(services.db, version.id).candidates[0]?.status
      },
      { timeout: 30_000 },
    )
    .toBe('Completed')
  await services.preflight.count(getVersion(services.db, version.id))
  const [candidate] = getVersion(services.db, version.id).candidates
  if (!candidate) throw new Error('It has one.')
  return candidate
}

test('what the default machine costs is counted while it trains and afterwards', async () => {
  setBudget(100)
  const candidate = await train()
  expect(candidate.cloud).toEqual({ spot: false, instanceType: 'ml.g5.12xlarge' })
  const { spent } = await cloud.test.services.preflight.check(cloud.workspaceId, {})
  const seconds = candidate.trainingSeconds ?? 0
  expect(seconds).toBeGreaterThan(0)
  expect(spent).toBeCloseTo((7.09 * seconds) / 3600, 6)
})

function deploy(candidateId: string, more: Partial<DeployRequest> = {}) {
  return cloud.test.services.use.deployments.deploy({
    candidateId,
    name: 'help',
    instanceType: 'ml.g5.12xlarge',
    instanceCount: 1,
    idleMinutes: 24 * 60,
    dataCapture: null,
    isAsync: false,
    scaling: null,
    mayGoUnguarded: false,
    ...more,
  })
}

/** With the candidate trained, so that what it cost is known. */
async function leave(money: number): Promise<void> {
  const { spent, committed } = await cloud.test.services.preflight.check(cloud.workspaceId, {})
  setBudget(spent + committed + money)
}

async function untilInService(name: string): Promise<void> {
  await expect
    .poll(
      () => {
        cloud.double.advance(20_000)
        return cloud.test.services.use.endpoints.get(name).status
      },
      { timeout: 20_000 },
    )
    .toBe('InService')
}

test('an endpoint of which not even an hour fits is not made', async () => {
  const { use } = cloud.test.services
  setBudget(100)
  const { id: candidateId } = await train()
  setBudget(10)
  await expect(deploy(candidateId, { instanceCount: 2 })).rejects.toMatchObject({
    code: 'BudgetExceeded',
    details: { cost: '14.18 USD' },
  })
  expect(cloud.double.calls.map(({ operation }) => operation)).not.toContain('CreateEndpoint')
  expect(use.endpoints.state().endpoints).toEqual([])
})

test('of two endpoints that start together an hour of both has to fit', async () => {
  const { id } = await train()
  await leave(10)
  const both = await Promise.allSettled([deploy(id), deploy(id, { name: 'help-too' })])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const { endpoints } = cloud.test.services.use.endpoints.state()
  expect(endpoints).toHaveLength(1)
  await untilInService(endpoints[0]?.name ?? '')
})

test('a used up budget holds for more machines, also on the way back, and not for as many', async () => {
  const { deployments } = cloud.test.services.use
  const { id } = await train()
  const { name } = await deploy(id)
  await untilInService(name)
  await deployments.update(name, id, 0.5)
  await untilInService(name)
  await leave(0)
  const refused = { code: 'BudgetExceeded', details: { cost: '7.09 USD' } }
  // One machine instead of two.
  await deployments.update(name, id, 1)
  await untilInService(name)
  await expect(deployments.rollBack(name)).rejects.toMatchObject(refused)
  await deployments.update(name, id, 1)
  await untilInService(name)
  await expect(deployments.update(name, id, 0.5)).rejects.toMatchObject(refused)
  await deployments.rollBack(name)
  await untilInService(name)
})
