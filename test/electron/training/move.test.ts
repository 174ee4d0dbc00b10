/** A version that was trained on this computer, trained again in an account at AWS. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CutRowsRequest } from '../../../shared/cutRows.ts'
import type { FineTuneRequest, ModelVersion } from '../../../shared/model.ts'
import { openCloudServices, type CloudServices } from '../../support/aws/cloudServices.ts'
import { aRequest } from '../../support/services.ts'

let cloud: CloudServices

beforeEach(async () => {
  cloud = await openCloudServices()
  await cloud.test.services.engine.start()
})
afterEach(async () => {
  const { problems } = cloud.double
  await cloud.close()
  expect(problems).toEqual([])
})

const rowCount = 60
/** Of 60 rows every tenth is long: about 130 tokens, the answer alone 500 letters and more. */
const answerOf = (row: number) =>
  row % 10 === 0 ? `On shelf ${row}. `.padEnd(500 + row, 'x') : `On shelf ${row}.`

async function trainHere(): Promise<ModelVersion> {
  const { services, root } = cloud.test
  const file = path.join(root, 'long.csv')
  const lines = Array.from(
    { length: rowCount },
    (_, index) => `Where is item ${index + 1}?,${answerOf(index + 1)}`,
  )
  // A row that can't be used has a number all the same.
  lines.splice(4, 0, 'Nobody answers this?,')
  await writeFile(file, `question,answer\n${lines.join('\n')}\n`)
  const { id } = await services.datasets.import(file)
  // Not the seed that the wizard takes.
  return services.startVersion(aRequest(id, { epoch: '1' }, { splitSeed: 77 }))
}

/** As the screen asks for it. */
function moved(version: ModelVersion, baseModelId: string): FineTuneRequest {
  return {
    ...aRequest(version.datasetId),
    workspaceId: cloud.workspaceId,
    modelId: version.modelId,
    datasetSha256: version.datasetSha256,
    validationFraction: version.validationFraction,
    splitSeed: version.splitSeed,
    candidates: [{ baseModelId, hyperparameters: { epochCount: '1' } }],
  }
}

const autopilotRows = (part: string) =>
  [...cloud.double.objects.buckets.values()]
    .flatMap(({ objects }) => [...objects])
    .filter(([key]) => key.endsWith(`${part}/${part}.csv`))
    .map(([, { body }]) => body.toString().trim().split('\n').slice(1))

test('sends the very rows of the version, whatever became of the dataset since', async () => {
  const { services } = cloud.test
  const version = await trainHere()
  // Half of the rows are excluded afterwards; what was trained on stays what it was.
  await services.workbench.edit(version.datasetId, {
    kind: 'exclude',
    rows: [[1, 30]],
    excluded: true,
  })
  const there = await services.startVersion(moved(version, 'autopilot:Falcon40B'))
  expect(there).toMatchObject({
    modelId: version.modelId,
    number: 2,
    workspaceId: cloud.workspaceId,
    datasetSha256: version.datasetSha256,
    splitSeed: 77,
    trainingRowCount: version.trainingRowCount,
    validationRowCount: version.validationRowCount,
  })
  const here = await services.prompts(version.candidates[0]?.id ?? '')
  const [validation = []] = autopilotRows('validation')
  const questions = validation.map((line) => /Where is item \d+\?/.exec(line)?.[0])
  expect(questions).toEqual(here.unseen)
  expect(autopilotRows('training')[0]).toHaveLength(version.trainingRowCount)
})

test('refuses a state that no version was trained on', async () => {
  const version = await trainHere()
  const request = moved(version, 'autopilot:Falcon40B')
  await expect(
    cloud.test.services.startVersion({ ...request, datasetSha256: '0'.repeat(64) }),
  ).rejects.toMatchObject({ code: 'DatasetNotFound' })
  expect(cloud.double.jobs.all).toEqual([])
})

test('names each row that would be cut, with its number and the place', async () => {
  const { services } = cloud.test
  const version = await trainHere()
  const ask = (change: Partial<CutRowsRequest>) =>
    services.cutRows({
      versionId: version.id,
      mostTokens: 100,
      sampleRows: null,
      reason: 'tokens',
      from: 0,
      count: 4,
      ...change,
    })
  const first = await ask({})
  expect(first).toMatchObject({
    rowCount,
    trainingRowCount: version.trainingRowCount,
    counts: { tokens: 6, leftOut: 0, canvas: 5 },
  })
  // The row without an answer, the fifth of the file, moves the others on by one.
  expect(first.rows.map(({ row }) => row)).toEqual([11, 21, 31, 41])
  expect((await ask({ from: 4 })).rows.map(({ row }) => row)).toEqual([51, 61])
  // "Where is item 10?" takes five of the hundred tokens.
  const [row] = first.rows
  expect(row?.cut).toMatchObject({ in: 'answer', at: 380 })
  expect(`${row?.cut?.kept}${row?.cut?.lost}`).toBe(answerOf(10).slice(340, 420))
  expect(row).toMatchObject({ tokens: 133, beginning: 'Where is item 10?' })

  const canvas = await ask({ reason: 'canvas' })
  expect(canvas.rows.map(({ row: number }) => number)).toEqual([21, 31, 41, 51])
  expect(canvas.rows[0]?.cut).toMatchObject({ in: 'answer', at: 512 })
  expect((await ask({ mostTokens: null })).counts.tokens).toBe(0)
})

test('names the rows that are left out where fewer are taken, and those are not sent', async () => {
  const { services } = cloud.test
  const version = await trainHere()
  const { counts, rows } = await services.cutRows({
    versionId: version.id,
    mostTokens: null,
    sampleRows: 50,
    reason: 'leftOut',
    from: 0,
    count: 500,
  })
  expect(counts.leftOut).toBe(10)
  expect(rows).toHaveLength(10)
  await services.startVersion({ ...moved(version, 'autopilot:Falcon7B'), sampleRows: 50 })
  const sent = [...autopilotRows('training'), ...autopilotRows('validation')].flat().join('\n')
  for (const { beginning } of rows) expect(sent).not.toContain(`"${beginning}"`)
})
