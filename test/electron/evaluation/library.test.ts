import { afterEach, expect, test } from 'vitest'
import { libraryImage } from '../../../electron/evaluation/library/libraryImage.ts'
import { libraryScript } from '../../../electron/evaluation/library/libraryScript.ts'
import { scoresOf } from '../../../electron/evaluation/scores/scoreAnswer.ts'
import type { EvaluatedRow } from '../../../shared/evaluation.ts'
import type { LibraryResult } from '../../../shared/libraryCheck.ts'
import { compareWithLibrary } from '../../../shared/libraryComparison.ts'
import { isTerminal } from '../../../shared/model.ts'
import { openCloudServices, type CloudServices } from '../../support/aws/cloudServices.ts'
import { createProcessingDouble } from '../../support/aws/processingDouble.ts'
import { createSageMakerDouble } from '../../support/aws/sageMakerDouble.ts'
import { aRequest, importQuestions } from '../../support/services.ts'

let opened: CloudServices | null = null

afterEach(async () => {
  const problems = opened?.double.problems ?? []
  await opened?.close()
  opened = null
  // What AWS's service model does not accept is no request.
  expect(problems).toEqual([])
})

interface WrittenRow {
  readonly position: number
  readonly reference: string
  readonly tuned: string
  readonly base: string | null
}

/** What the container would write, had the library found every answer half as good. */
function halfAsGood(files: ReadonlyMap<string, string>): Record<string, string> {
  expect(files.get('score.py')).toBe(libraryScript)
  const rows = (files.get('rows.jsonl') ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as WrittenRow)
  const result: LibraryResult = {
    library: 'fmeval',
    version: '1.2.3',
    rows: rows.map(({ position, reference, tuned, base }) => ({
      position,
      tuned: { rougeL: scoresOf(tuned, reference).rougeL / 2, bertscore: 0.75 },
      base: base === null ? null : { rougeL: scoresOf(base, reference).rougeL, bertscore: 0.5 },
    })),
    errors: { meteor: 'wordnet could not be fetched' },
  }
  return { 'scores.json': JSON.stringify(result) }
}

async function openTrained(run: (files: ReadonlyMap<string, string>) => Record<string, string>) {
  opened = await openCloudServices({
    services: {
      sagemaker: { ...createSageMakerDouble('us-east-1'), ...createProcessingDouble({ run }) },
    },
    libraryPollMs: 20,
  })
  const { test: local, workspaceId, double } = opened
  await local.services.engine.start()
  await local.services.startVersion(aRequest(await importQuestions(local, 40)))
  const version = await local.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  const request = {
    candidateId: version.candidates[0]?.id ?? '',
    rows: 4,
    source: { kind: 'validation' as const },
    robustnessRows: 0,
    stereotypePairs: 0,
    withBase: true,
    judge: null,
    library: { workspaceId },
  }
  return { local, double, request }
}

test('fmeval scores the same answers in a processing job, and both stand side by side', async () => {
  const { local, double, request } = await openTrained(halfAsGood)
  const { evaluator } = local.services.evaluation
  const estimate = await local.services.evaluation.estimate(request)
  expect(estimate.library).toMatchObject({ currency: 'USD' })
  const { id } = await evaluator.start(request)
  await local.events.until('evaluation.progressed', ({ part }) => part === 'library')
  await expect
    .poll(() => double.calls.map(({ operation }) => operation))
    .toContain('DescribeProcessingJob')
  double.advance(11 * 60_000)
  const ended = await evaluator.ended(id)
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.library?.rows).toHaveLength(4)
  const created = double.calls.find(({ operation }) => operation === 'CreateProcessingJob')
  expect(created?.input).toMatchObject({
    AppSpecification: {
      ImageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-cpu-py311',
      ContainerEntrypoint: ['python3', '/opt/ml/processing/script/score.py'],
    },
    StoppingCondition: { MaxRuntimeInSeconds: 7200 },
  })
  const html = await local.services.report(request.candidateId)
  expect(html).toContain('scored by fmeval itself')
  expect(html).toContain('0.750 for your model, 0.500 for the base model')
  expect(html).toContain('meteor: wordnet could not be fetched')
})

test('a pause stops the job, which would be paid on, and going on makes another', async () => {
  const { local, double, request } = await openTrained(halfAsGood)
  const { evaluator } = local.services.evaluation
  const { id } = await evaluator.start(request)
  await expect
    .poll(() => double.calls.some(({ operation }) => operation === 'DescribeProcessingJob'), {
      timeout: 20_000,
    })
    .toBe(true)
  await evaluator.stop(id)
  expect(double.calls.at(-1)?.operation).toBe('StopProcessingJob')
  expect(evaluator.latest(request.candidateId)).toMatchObject({ status: 'Stopped', library: null })
  await evaluator.start(request)
  const names = () =>
    double.calls
      .filter(({ operation }) => operation === 'CreateProcessingJob')
      .map(({ input }) => String(input['ProcessingJobName']))
  await expect.poll(names).toEqual([`timbre-fmeval-${id}-1`, `timbre-fmeval-${id}-2`])
  double.advance(11 * 60_000)
  expect((await evaluator.ended(id)).library?.jobName).toBe(`timbre-fmeval-${id}-2`)
})

test('a job that fails says why in its own words, and the answers stay', async () => {
  const { local, double, request } = await openTrained(() => {
    throw new Error('No matching distribution found for fmeval==1.2.3')
  })
  const { evaluator } = local.services.evaluation
  const { id } = await evaluator.start(request)
  await expect
    .poll(() => double.calls.some(({ operation }) => operation === 'CreateProcessingJob'), {
      timeout: 20_000,
    })
    .toBe(true)
  double.advance(11 * 60_000)
  const ended = await evaluator.ended(id)
  expect(ended).toMatchObject({
    status: 'Failed',
    failure: {
      code: 'LibraryFailed',
      details: { reason: 'No matching distribution found for fmeval==1.2.3' },
    },
  })
  expect(ended.rows).toHaveLength(4)
})

test.each([
  ['eu-central-1', '763104351884.dkr.ecr.eu-central-1.amazonaws.com'],
  ['af-south-1', '626614931356.dkr.ecr.af-south-1.amazonaws.com'],
  ['cn-north-1', '727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1', '442386744353.dkr.ecr.us-gov-west-1.amazonaws.com'],
])('in %s the image stands in %s', (region, registry) => {
  expect(libraryImage(region)).toBe(`${registry}/pytorch-training:2.5.1-cpu-py311`)
})

test('a region without the image is said before anything is sent', () => {
  expect(() => libraryImage('us-iso-east-1')).toThrow(
    expect.objectContaining({ code: 'LibraryNotInRegion', details: { region: 'us-iso-east-1' } }),
  )
})

test('scores are compared answer by answer, and what was not computed is left out', () => {
  const scored = (rougeL: number) => ({
    text: '',
    scores: { ...scoresOf('a', 'a'), rougeL },
    flagged: [],
    toxicity: null,
  })
  const rows: EvaluatedRow[] = [0, 1].map((position) => ({
    position,
    question: '',
    reference: 'a',
    tuned: scored(0.5),
    base: scored(0.25),
  }))
  const check: LibraryResult = {
    library: 'fmeval',
    version: '1.2.3',
    rows: [
      { position: 0, tuned: { rougeL: 0.5 }, base: { rougeL: 0.25 } },
      { position: 1, tuned: { rougeL: 0.7 }, base: { rougeL: 0.25 } },
    ],
    errors: {},
  }
  expect(compareWithLibrary(rows, check)).toEqual([
    {
      name: 'rougeL',
      rows: 2,
      ours: 0.5,
      theirs: expect.closeTo(0.6, 12),
      same: 3,
      answers: 4,
      largest: expect.closeTo(0.2, 12),
    },
  ])
})
