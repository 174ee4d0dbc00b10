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

test('what the default machine costs is counted while it trains and afterwards', async () => {
  setBudget(100)
  const { services } = cloud.test
  const version = await start()
  expect(version.candidates[0]?.cloud).toEqual({ spot: false, instanceType: 'ml.g5.12xlarge' })
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
  const seconds = getVersion(services.db, version.id).candidates[0]?.trainingSeconds ?? 0
  const { spent } = await services.preflight.check(cloud.workspaceId, {})
  expect(seconds).toBeGreaterThan(0)
  expect(spent).toBeCloseTo((7.09 * seconds) / 3600, 6)
})
