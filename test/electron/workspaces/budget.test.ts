/** The budget of a workspace, held against what is really going to be rented. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { getVersion } from '../../../electron/db/models.ts'
import { workspaceDraftSchema } from '../../../shared/workspace.ts'
import {
  lookAtAll,
  openCloudServices,
  type CloudServices,
} from '../../support/aws/cloudServices.ts'
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

test('an endpoint of which not even an hour fits is not made', async () => {
  const { use } = cloud.test.services
  setBudget(100)
  const { id: candidateId } = await train()
  setBudget(10)
  await expect(
    use.deployments.deploy({
      candidateId,
      name: 'help',
      instanceType: 'ml.g5.12xlarge',
      instanceCount: 2,
      idleMinutes: 60,
      dataCapture: null,
      isAsync: false,
      scaling: null,
      mayGoUnguarded: false,
    }),
  ).rejects.toMatchObject({ code: 'BudgetExceeded', details: { cost: '14.18 USD' } })
  expect(cloud.double.calls.map(({ operation }) => operation)).not.toContain('CreateEndpoint')
  expect(use.endpoints.state().endpoints).toEqual([])
})
