import { afterEach, expect, test } from 'vitest'
import type { Candidate } from '../../../shared/model.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../../support/services.ts'
import { longTraining } from '../../support/engine.ts'

let opened: TestServices | null = null

afterEach(async () => {
  await opened?.close()
  opened = null
})

async function open(): Promise<TestServices> {
  opened = await openTestServices()
  await opened.services.engine.start()
  return opened
}

test('a run is estimated from steps that are made, and what was said stays with the candidate', async () => {
  const test = await open()
  const request = aRequest(await importQuestions(test), { epoch: '3' })
  const [answer] = await test.services.estimateVersion(request)
  expect(answer?.failure).toBeNull()
  const estimate = answer?.estimate
  expect(estimate).toMatchObject({ steps: 12, shortage: null, shortenedExamples: 0 })
  expect(estimate?.seconds?.low).toBeGreaterThan(0)
  expect(estimate?.seconds?.high).toBeGreaterThan(estimate?.seconds?.low ?? Infinity)
  expect(estimate?.memoryBytes).toBeGreaterThan(0)
  expect(estimate?.diskBytes).toBeGreaterThan(0)

  const version = await test.services.startVersion(request)
  expect((version.candidates[0] as Candidate).estimatedSeconds).toEqual(estimate?.seconds)
  const other = await test.services.startVersion({
    ...request,
    name: 'Other settings',
    candidates: aRequest(request.datasetId, { epoch: '4' }).candidates,
  })
  expect((other.candidates[0] as Candidate).estimatedSeconds).toBeNull()
})

test('more epochs take longer', async () => {
  const test = await open()
  const datasetId = await importQuestions(test)
  const high = async (epoch: string) => {
    const [answer] = await test.services.estimateVersion(aRequest(datasetId, { epoch }))
    return answer?.estimate?.seconds?.high ?? 0
  }
  expect(await high('1000')).toBeGreaterThan(await high('1'))
})

test('while another training runs nothing is timed, and memory is still said', async () => {
  const test = await open()
  const datasetId = await importQuestions(test)
  await test.services.startVersion(aRequest(datasetId, longTraining))
  const [answer] = await test.services.estimateVersion(aRequest(datasetId, { epoch: '2' }))
  expect(answer?.estimate?.seconds).toBeNull()
  expect(answer?.estimate?.memoryBytes).toBeGreaterThan(0)
})

test('examples that will be cut are counted', async () => {
  const test = await open()
  const request = aRequest(await importQuestions(test), { max_input_length: '32' })
  const [answer] = await test.services.estimateVersion(request)
  expect(answer?.failure).toBeNull()
  expect(answer?.estimate?.shortenedExamples).toBeGreaterThan(0)
})
