import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type WritableDb } from '../../../electron/db/database.ts'
import { listModels } from '../../../electron/db/models.ts'
import { updateSettings } from '../../../electron/db/settings.ts'
import { insertWorkspace } from '../../../electron/db/workspaces.ts'
import { startAwsDouble, type AwsDouble } from '../../support/aws/awsDouble.ts'
import { knownFailures } from '../../support/aws/failures.ts'
import { aDraft } from '../../support/aws/workspaceDraft.ts'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'
import { tinyModelId } from '../../support/engine.ts'

let timbre: CommandLine
let double: AwsDouble

const inAccount = <T>(work: (db: WritableDb) => T): T => {
  const db = openDatabase(path.join(timbre.dataDirectory, 'timbre.db'))
  try {
    return work(db)
  } finally {
    db.close()
  }
}

// One trained version is enough for all of them.
beforeAll(async () => {
  timbre = await openCommandLine()
  double = await startAwsDouble()
  const trained = await timbre.run(
    ...['run', '--data', timbre.csv, '--input', 'question', '--output', 'answer'],
    ...['--models', tinyModelId, '--name', 'Help desk', '--epochs', '2', '--json'],
    ...['--set', 'max_input_length=64', '--batch-size', '4'],
  )
  expect(trained).toMatchObject({ code: 0, stderr: '' })
  inAccount((db) => {
    const draft = aDraft({
      name: 'Company',
      credentials: { kind: 'environment' },
      region: double.region,
      executionRoleArn: `arn:aws:iam::${double.account}:role/TimbreExecution`,
      endpoints: { default: double.url },
      monthlyBudget: 30,
    })
    insertWorkspace(db, { id: 'cloud', createdAtMs: Date.now(), draft })
    // The usual budget of calls is for people, who wait.
    updateSettings(db, { awsCallsPerMinute: 6000 })
  })
  Object.assign(timbre.environment, {
    AWS_ACCESS_KEY_ID: 'AKIADOUBLEDOUBLE0001',
    AWS_SECRET_ACCESS_KEY: 'double-secret-double-secret-double-secret',
  })
})
afterAll(async () => {
  const { problems } = double
  await double.close()
  await timbre.remove()
  expect(problems).toEqual([])
})

const inAws = (...more: string[]) =>
  timbre.run('run-in-aws', '--model', 'Help desk', '--workspace', 'Company', ...more)
const falcon = ['--models', 'autopilot:Falcon40B']
const nova = ['--models', 'bedrock:amazon.nova-micro-v1:0:128k']

test('says what changes, which rows are cut and what it costs, and starts nothing', async () => {
  const told = await inAws(...falcon, '--rows', '20')
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(told.stdout).toContain('Help desk V1 in AWS: Company')
  expect(told.stdout).toContain('Falcon 40B – Autopilot')
  expect(told.stdout).toContain('Price: Nothing but electricity → about $20.36 per hour')
  expect(told.stdout).toContain('reckoned with ml.g5.48xlarge')
  expect(told.stdout).toMatch(/epoch 2 → epochCount 2/)
  expect(told.stdout).toContain('4 left out')
  expect(told.stdout.match(/Row \d+ · \d+ tokens: Where is item/g)).toHaveLength(4)
  expect(told.stdout).toContain('Start at about $20.36 per hour')
  expect(told.stdout).toContain('Nothing was started. Start it at this price with --yes.')
  expect(double.jobs.all).toEqual([])
  expect(inAccount(listModels)[0]?.versions).toHaveLength(1)

  const { stdout } = await inAws(...nova, '--set', 'epochCount=3', '--json')
  const document = JSON.parse(stdout) as {
    versionId: string | null
    cost: { forTokens: number }
    candidates: { price: { tokens: number; price: object }; hyperparameters: object }[]
  }
  expect(document).toMatchObject({
    versionId: null,
    cost: { currency: 'USD', hourly: null },
    candidates: [
      {
        hyperparameters: { epochCount: '3' },
        price: { kind: 'tokens', price: { perThousand: 0.002, from: 'priceList' } },
      },
    ],
  })
  const tokens = document.candidates[0]?.price.tokens ?? 0
  expect(tokens).toBeGreaterThan(0)
  expect(document.cost.forTokens).toBeCloseTo((tokens / 1000) * 0.002)
})

test('without the right to ask for prices the number is reckoned, with its arithmetic', async () => {
  double.failures.refuse('GetProducts', knownFailures.accessDenied('pricing:GetProducts'), 100)
  const told = await inAws(...falcon, '--rows', '20')
  double.failures.settle('GetProducts')
  expect(told).toMatchObject({ code: 0 })
  expect(told.stdout).toContain('Start at about $20.36 per hour')
  expect(told.stdout).toMatch(
    /EC2 asked \$16\.29 an hour for ml\.g5\.48xlarge in us-east-1 in July 2026; × 1\.25, .* = \$20\.36\./,
  )
})

test('starts it with --yes, follows it to the leaderboard, and counts it against the budget', async () => {
  const running = timbre.start(
    ...['run-in-aws', '--model', 'Help desk', '--workspace', 'Company', ...nova, '--yes'],
  )
  await running.printed('Started as Help desk V2.')
  const passing = setInterval(() => double.advance(60_000), 200)
  const ended = await running.finished.finally(() => clearInterval(passing))
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/Start for about \$0\.\d\d/)
  expect(ended.stdout).toContain('Nova Micro')
  const [job] = double.jobs.all
  expect(double.jobs.all).toHaveLength(1)
  expect(job).toBeDefined()
  const [model] = inAccount(listModels)
  expect(model?.versions.map(({ workspaceId }) => workspaceId)).toContain('cloud')

  const detached = await inAws(...falcon, '--yes', '--detach')
  expect(detached).toMatchObject({ code: 0, stderr: '' })
  expect(double.jobs.all).toHaveLength(2)
  // The number that was shown does not fit any more.
  const jobs = double.jobs.all.length
  inAccount((db) =>
    db
      .prepare(`UPDATE workspaces SET definition = json_set(definition, '$.monthlyBudget', 20.3)`)
      .run(),
  )
  const refused = await inAws(...falcon, '--yes', '--detach')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain('20.36')
  expect(double.jobs.all).toHaveLength(jobs)
})

test('one that was left alone is followed by resume, and asked once its endpoint was agreed to', async () => {
  const following = setInterval(() => double.advance(60_000), 200)
  const followed = await timbre.run('resume').finally(() => clearInterval(following))
  expect(followed).toMatchObject({ code: 0, stderr: '' })
  expect(followed.stdout).toContain('Falcon 40B')
  const candidate = inAccount(listModels)[0]
    ?.versions.flatMap(({ candidates }) => candidates)
    .find(({ baseModelId }) => baseModelId === 'autopilot:Falcon40B')
  const ask = ['ask', 'Where is item 7?', '--candidate', candidate?.id ?? '']

  const refused = await timbre.run(...ask)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/It starts an endpoint at \$\d+\.\d\d an hour.*--yes/)
  const file = ['--data', timbre.csv, '--column', 'question', '--out', 'answers.csv']
  const batch = await timbre.run('batch', '--candidate', candidate?.id ?? '', ...file)
  expect(batch.stderr).toMatch(/It starts an endpoint at/)
  expect(double.hosting.endpoints.size).toBe(0)

  const starting = setInterval(() => double.advance(20_000), 400)
  const asked = await timbre.run(...ask, '--yes').finally(() => clearInterval(starting))
  expect(asked.code).toBe(0)
  expect(asked.stdout.trim().length).toBeGreaterThan(0)
  expect(double.hosting.endpoints.size).toBe(1)
  // It runs: another question starts nothing, and needs no word.
  const again = await timbre.run(...ask)
  expect(again).toMatchObject({ code: 0, stderr: '' })
})

test('a licence is asked for, printed when it is accepted, and noted', async () => {
  const llama = ['--models', 'autopilot:Llama2-7B']
  const open = await inAws(...llama)
  expect(open.code).toBe(1)
  expect(open.stderr).toContain('licence has to be accepted first')
  const accepted = await inAws(...llama, '--accept-licences')
  expect(accepted).toMatchObject({ code: 0, stderr: '' })
  expect(accepted.stdout).toContain('which you accept:')
  expect(accepted.stdout).toMatch(/Licence: Nothing to accept → Accepted on/)
  expect((await inAws(...llama)).code).toBe(0)
})

test.each([
  [['--model', 'Nobody', '--workspace', 'Company'], 'There is no model Nobody: Help desk'],
  [['--model', 'Help desk', '--workspace', 'Elsewhere'], 'with --workspace: Company'],
  [['--model', 'Help desk', '--workspace', 'Company', '--number', '7'], 'no version 7: 1'],
  [
    ['--model', 'Help desk', '--workspace', 'Company', ...falcon, '--set', 'wings=2'],
    'No base model there has wings',
  ],
  [
    ['--model', 'Help desk', '--workspace', 'Company', ...falcon, '--set', 'epochCount=99'],
    'outside of what is allowed',
  ],
  [['--model', 'Help desk', '--workspace', 'Company', '--models', 'a,b'], '1 candidates need'],
])('says what is wrong with %j', async (given, said) => {
  const refused = await timbre.run('run-in-aws', ...given)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(said)
})

test('a file is answered by a transform job once its price is agreed, and the same command finds it again', async () => {
  inAccount((db) =>
    db
      .prepare(`UPDATE workspaces SET definition = json_set(definition, '$.monthlyBudget', 1000)`)
      .run(),
  )
  const training = timbre.start(
    ...['run-in-aws', '--model', 'Help desk', '--workspace', 'Company', '--yes'],
    ...['--models', 'huggingface-llm-mistral-7b'],
  )
  let passing = setInterval(() => double.advance(60_000), 200)
  expect(await training.finished.finally(() => clearInterval(passing))).toMatchObject({ code: 0 })
  const mistral = inAccount(listModels)
    .flatMap(({ versions }) => versions.flatMap(({ candidates }) => candidates))
    .find(({ baseModelId, status }) => /mistral-7b$/.test(baseModelId) && status === 'Completed')
  const out = path.join(timbre.directory, 'answers.csv')
  const command = [
    ...['batch', '--candidate', mistral?.id ?? '', '--data', timbre.csv],
    ...['--column', 'question', '--out', out],
  ]
  const made = () =>
    double.calls.filter(({ operation }) => /^Create(Endpoint|TransformJob)$/.test(operation)).length
  const before = made()
  const rowByRow = await timbre.run(...command)
  expect(rowByRow).toMatchObject({ code: 1 })
  expect(rowByRow.stderr).toContain('$7.09 an hour')
  const byJob = [...command, '--transform', 'ml.g5.2xlarge']
  const refused = await timbre.run(...byJob)
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain('$1.52 an hour for a ml.g5.2xlarge')
  const impossible = await timbre.run(...command, '--transform', 'ml.p5.48xlarge', '--yes')
  expect(impossible.code).toBe(1)
  expect(made()).toBe(before)

  const first = timbre.start(...byJob, '--yes')
  await first.printed('Transform job timbre-batch-')
  await expect.poll(made, { timeout: 30_000 }).toBe(before + 1)
  first.child.kill('SIGKILL')
  await first.finished
  const second = timbre.start(...byJob)
  passing = setInterval(() => double.advance(60_000), 200)
  const ended = await second.finished.finally(() => clearInterval(passing))
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(made()).toBe(before + 1)
  expect(await readFile(out, 'utf8')).toContain(double.hosting.answer.trim())
})
