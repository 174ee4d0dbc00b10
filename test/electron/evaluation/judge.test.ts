import { afterEach, expect, test } from 'vitest'
import { askJudge } from '../../../electron/aws/askJudge.ts'
import { defaultJudgePrompt, type JudgePlan } from '../../../shared/judge.ts'
import { isTerminal } from '../../../shared/model.ts'
import { createBedrockRuntimeDouble } from '../../support/aws/bedrockRuntimeDouble.ts'
import { openCloudServices, type CloudServices } from '../../support/aws/cloudServices.ts'
import { knownFailures } from '../../support/aws/failures.ts'
import { ServiceFailure } from '../../support/aws/serviceFailure.ts'
import { aRequest, importQuestions } from '../../support/services.ts'

let opened: CloudServices | null = null

afterEach(async () => {
  const problems = opened?.double.problems ?? []
  await opened?.close()
  opened = null
  // What AWS's service model does not accept is no request.
  expect(problems).toEqual([])
})

/** Prefers the shorter answer, wherever it stands. */
function preferShorter(prompt: string): string {
  const part = (name: string) =>
    new RegExp(`${name}:\\n([^]*?)\\n\\n(?:Answer B|Which answer)`).exec(prompt)?.[1] ?? ''
  const [first, second] = [part('Answer A'), part('Answer B')]
  if (first === second) return 'The same. [[C]]'
  return `It is shorter. [[${first.length < second.length ? 'A' : 'B'}]]`
}

async function openTrained(services = createBedrockRuntimeDouble({ say: preferShorter })) {
  opened = await openCloudServices({ services: { 'bedrock-runtime': services } })
  const { test: local, workspaceId } = opened
  await local.services.engine.start()
  await local.services.startVersion(aRequest(await importQuestions(local, 40)))
  const version = await local.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  const judge: JudgePlan = {
    workspaceId,
    modelId: 'amazon.nova-lite-v1:0',
    prompt: defaultJudgePrompt,
  }
  const request = {
    candidateId: version.candidates[0]?.id ?? '',
    rows: 5,
    source: { kind: 'validation' as const },
    robustnessRows: 0,
    stereotypePairs: 0,
    withBase: true,
    judge,
    library: null,
  }
  return { opened, services: local.services, request }
}

test('both orders of every pair are asked, and the report says what came of it', async () => {
  const { opened: cloud, services, request } = await openTrained()
  const estimate = await services.evaluation.estimate(request)
  expect(estimate).toMatchObject({ place: 'local', cost: null, judge: { calls: 10 } })
  const { evaluator } = services.evaluation
  const ended = await evaluator.ended((await evaluator.start(request)).id)
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.judgements).toHaveLength(5)
  const converse = cloud.double.calls.filter(({ operation }) => operation === 'Converse')
  expect(converse).toHaveLength(10)
  expect(converse[0]?.input).toMatchObject({
    modelId: 'amazon.nova-lite-v1:0',
    inferenceConfig: { temperature: 0, maxTokens: 200 },
  })
  for (const { position, tunedFirst, baseFirst } of ended.judgements) {
    const row = ended.rows.find((one) => one.position === position)
    const [tuned, base] = [row?.tuned.text ?? '', row?.base?.text ?? '']
    const shorter = tuned.length < base.length ? 'tuned' : 'base'
    const expected = tuned === base ? 'tie' : tuned.length === base.length ? null : shorter
    if (expected !== null) expect([tunedFirst, baseFirst]).toEqual([expected, expected])
  }
  const spent = ended.judgements.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  expect(spent).toBeGreaterThan(0)
  const html = await services.report(request.candidateId)
  expect(html).toContain('A language model’s judgement')
  expect(html).toContain('amazon.nova-lite-v1:0')
  expect(html).toContain('which nobody has checked')
})

test('a model without access is said in words, what was answered stays, and it goes on when mended', async () => {
  const { opened: cloud, services, request } = await openTrained()
  cloud.double.failures.refuse(
    'Converse',
    new ServiceFailure(
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      403,
    ),
  )
  const { evaluator } = services.evaluation
  const failed = await evaluator.ended((await evaluator.start(request)).id)
  expect(failed).toMatchObject({
    status: 'Failed',
    failure: { code: 'ModelAccessMissing', details: { model: 'amazon.nova-lite-v1:0' } },
  })
  expect(failed.rows).toHaveLength(5)
  const ended = await evaluator.ended((await evaluator.start(request)).id)
  expect(ended).toMatchObject({ id: failed.id, status: 'Completed' })
  expect(ended.judgements).toHaveLength(5)
})

test('what is throttled is asked again, and an end of that is said', async () => {
  opened = await openCloudServices()
  const { double, test: local, workspaceId } = opened
  const account = { clients: (await local.services.connect(workspaceId)).clients }
  const ask = () =>
    askJudge(account, 'amazon.nova-pro-v1:0', 'Hello', new AbortController().signal, 1)
  double.failures.refuse('Converse', knownFailures.throttled(), 3)
  expect((await ask()).text).toBe('They are alike. [[C]]')
  double.failures.refuse('Converse', knownFailures.throttled(), 6)
  await expect(ask()).rejects.toMatchObject({ code: 'Throttled', retryable: true })
})

test('a model that is served through a profile alone, and one that is not there, are told apart', async () => {
  opened = await openCloudServices()
  const { test: local, workspaceId } = opened
  const account = { clients: (await local.services.connect(workspaceId)).clients }
  const ask = (modelId: string) =>
    askJudge(account, modelId, 'Hello', new AbortController().signal, 1)
  const haiku = 'anthropic.claude-3-5-haiku-20241022-v1:0'
  await expect(ask(haiku)).rejects.toMatchObject({
    code: 'InferenceProfileNeeded',
    details: { model: haiku },
  })
  expect((await ask(`us.${haiku}`)).outputTokens).toBeGreaterThan(0)
  await expect(ask('nobody.model-v1:0')).rejects.toMatchObject({ code: 'InvalidRequest' })
})
