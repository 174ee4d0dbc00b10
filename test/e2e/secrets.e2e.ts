/**
 * Keys, a session's token and a token of the Hugging Face Hub, planted and looked for after a whole journey: in every
 * kind of file that leaves Timbre, in the record of its requests, in its data folder, in the page's memory, in all that
 * main tells the page, and on the console.
 */
import { mkdir, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { openPromise } from 'yauzl'
import {
  events,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventName,
} from '../../shared/contract.ts'
import { codeLanguages } from '../../shared/invocationCode.ts'
import { startAwsDouble, type AwsDouble } from '../support/aws/awsDouble.ts'
import { ServiceFailure } from '../support/aws/serviceFailure.ts'
import { aDraft } from '../support/aws/workspaceDraft.ts'
import {
  answerSaveDialog,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { filesBelow, formsOf } from './support/secretForms.ts'

test.describe.configure({ mode: 'serial' })

const secrets = {
  secretAccessKey: 'planted/secret+access-key-4f1d8c2b7a90planted',
  sessionToken: 'planted-session-token-c0ffee1234567890abcdefplanted//==',
  hubToken: 'hf_plantedplantedplanted0123456789',
}
const forms = Object.values(secrets).flatMap(formsOf)
const hasSecret = (bytes: Buffer) => forms.some((form) => bytes.includes(form))

const minuteMs = 60_000
const question = 'How do I return item 7?'
const settings = { maxNewTokens: 40 }

let double: AwsDouble
let running: LaunchedApp
let page: Page
let exports: string
let recording: string
/** Whatever main has answered or told. */
const told: string[] = []
let workspaceId = ''
let datasetId = ''
let versionId = ''
let candidateId = ''

/** As the page's own code asks; a refusal fails the test. */
async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await page.evaluate(([call, value]) => window.timbre.invoke(call, value), [
    name,
    input,
  ] as const)
  told.push(JSON.stringify(answer))
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`)
  return answer.value as CallOutput<N>
}

/** The same, with the system's save dialog answered. */
async function save<N extends CallName>(file: string, name: N, input: CallInput<N>): Promise<void> {
  await answerSaveDialog(running, path.join(exports, file))
  expect(await ask(name, input), file).not.toBeNull()
}

async function passUntil(isSo: () => Promise<boolean>, stepMs = minuteMs): Promise<void> {
  await expect
    .poll(
      () => {
        double.advance(stepMs)
        return isSo()
      },
      { timeout: 150_000, intervals: [300] },
    )
    .toBe(true)
}

test.beforeAll(async () => {
  double = await startAwsDouble()
  const dataDirectory = await makeDataDirectory()
  exports = path.join(dataDirectory, '..', `${path.basename(dataDirectory)}-exports`)
  await mkdir(exports)
  recording = path.join(exports, 'requests.jsonl')
  running = await launchApp(dataDirectory, 'en-US', { TIMBRE_RECORD_AWS: recording })
  page = running.page
})
test.afterAll(async () => {
  await running.app.close()
  await double.close()
})

test('works in an account with planted secrets until a model is trained, asked, judged and deployed', async () => {
  test.setTimeout(400_000)
  await page.evaluate(
    (names) => {
      const heard: string[] = []
      Object.assign(window, { heard })
      for (const event of names)
        window.timbre.on(event, (payload) => heard.push(JSON.stringify(payload)))
    },
    Object.keys(events) as EventName[],
  )
  const draft = aDraft({
    name: 'Planted account',
    region: double.region,
    executionRoleArn: `arn:aws:iam::${double.account}:role/TimbreExecution`,
    endpoints: { default: double.url },
  })
  workspaceId = (await ask('workspace.create', draft)).id
  const { secretAccessKey, sessionToken, hubToken } = secrets
  const keys = { accessKeyId: 'AKIAPLANTEDPLANTED01', secretAccessKey, sessionToken }
  await ask('workspace.setKeys', { id: workspaceId, keys })
  await ask('hubToken.set', { token: hubToken })
  await ask('settings.update', { awsCallsPerMinute: 6000 })
  await expect(page.getByText('Ready')).toBeVisible({ timeout: 60_000 })

  const csv = await writeSmallCsv(running.dataDirectory, 160)
  const { id, scan } = await ask('dataset.import', { path: csv })
  const codes = scan.findings.filter(({ fixable }) => fixable).map(({ code }) => code)
  datasetId = (await ask('dataset.fix', { id, codes })).id
  const version = await ask('version.start', {
    workspaceId,
    modelId: null,
    name: 'Planted',
    problemType: 'fine-tune-foundation-model',
    datasetId,
    columns: { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 1,
    samplePrompts: [question],
    candidates: [{ baseModelId: 'huggingface-llm-mistral-7b', hyperparameters: {} }],
  })
  versionId = version.id
  candidateId = version.candidates[0]?.id ?? ''
  await ask('following.watch', { candidateIds: [candidateId] })
  const statusNow = async () =>
    (await ask('model.get', { id: version.modelId })).versions[0]?.candidates[0]?.status
  await passUntil(async () => (await statusNow()) === 'Completed')

  const speaker = { kind: 'candidate', candidateId } as const
  await ask('playground.ask', {
    requestId: 'request-1',
    conversationId: 'conversation-1',
    parentId: null,
    prompt: question,
    settings,
    speakers: [speaker],
    remembers: false,
  })
  await passUntil(
    async () =>
      (await ask('playground.conversation', { id: 'conversation-1' }))[0]?.answers[0]?.text !==
      undefined,
    20_000,
  )
  await ask('evaluation.start', { candidateId, rows: 8, withBase: false, robustnessRows: 2 })
  await passUntil(
    async () => (await ask('evaluation.latest', { candidateId }))?.status === 'Completed',
    5_000,
  )
  await ask('batch.start', { speaker, datasetId, column: 'question', settings })
  await passUntil(async () => (await ask('batch.list', null))[0]?.status === 'Completed', 2_000)
})

test('no file that leaves it, whatever its kind, holds a secret', async () => {
  test.setTimeout(240_000)
  for (const format of ['html', 'json', 'pdf'] as const)
    await save(`report.${format}`, 'report.save', { candidateId, format })
  await save('again.ipynb', 'notebook.save', { candidateId })
  await save('talk.md', 'playground.save', { id: 'conversation-1' })
  await save('talk.json', 'playground.save', { id: 'conversation-1' })
  const columns = { question: 'question', answer: 'answer' }
  for (const format of ['csv', 'csv-columns', 'jsonl', 'jsonl-chat', 'parquet'] as const)
    await save(`data-${format}`, 'workbench.export', { datasetId, format, columns })
  const [batch] = await ask('batch.list', null)
  await save('answers.csv', 'batch.save', { id: batch?.id ?? '' })
  await save('model.tar.gz', 'artifact.save', { candidateId })
  await save('light.timbre', 'bundle.save', { versionId, withWeights: false })
  await save('whole.timbre', 'bundle.save', { versionId, withWeights: true })

  // What is copied out of the window rather than saved.
  const { endpoints } = await ask('endpoint.state', null)
  for (const language of codeLanguages)
    expect(
      (await ask('endpoint.code', { name: endpoints[0]?.name ?? '', language })).length,
    ).toBeGreaterThan(40)
  expect((await ask('candidate.log', { candidateId })).length).toBeGreaterThan(0)

  const written = (await readdir(exports)).sort()
  expect(written).toEqual([
    'again.ipynb',
    'answers.csv',
    'data-csv',
    'data-csv-columns',
    'data-jsonl',
    'data-jsonl-chat',
    'data-parquet',
    'light.timbre',
    'model.tar.gz',
    'report.html',
    'report.json',
    'report.pdf',
    'requests.jsonl',
    'talk.json',
    'talk.md',
    'whole.timbre',
  ])
  for (const name of written) {
    const bytes = await readFile(path.join(exports, name))
    expect(bytes.length, name).toBeGreaterThan(0)
    expect(hasSecret(bytes), name).toBe(false)
  }
  for (const name of ['light.timbre', 'whole.timbre']) {
    const inside = await readBundle(path.join(exports, name))
    expect([...inside.keys()]).toContain(`reports/${candidateId}.html`)
    for (const [entry, bytes] of inside) expect(hasSecret(bytes), `${name}: ${entry}`).toBe(false)
  }
  // The record has the calls, and signatures with nothing in them.
  const recorded = await readFile(recording, 'utf8')
  for (const call of ['CreateTrainingJob', 'CreateEndpoint', 'GetLogEvents'])
    expect(recorded).toContain(call)
  expect(recorded).not.toContain('AKIAPLANTEDPLANTED01')
})

test('a refused signature is told without the token that AWS repeats', async () => {
  const refusal = new ServiceFailure(
    'SignatureDoesNotMatch',
    `The Canonical String for this request should have been 'POST\n/\n\nx-amz-security-token:${secrets.sessionToken}\n'`,
    403,
  )
  // More often than the SDK tries: it takes the double's own time for a clock that is off.
  double.failures.refuse('ListModelPackageGroups', refusal, 10)
  const answer = await page.evaluate(
    (id) => window.timbre.invoke('registry.groups', { workspaceId: id }),
    workspaceId,
  )
  expect(answer).toMatchObject({ ok: false, error: { code: 'CredentialsRefused' } })
  expect(JSON.stringify(answer)).toContain('x-amz-security-token:(removed)')
  told.push(JSON.stringify(answer))
  double.failures.settle('ListModelPackageGroups')
})

test('nothing that main tells, writes or logs, and nothing in the page’s memory, holds a secret', async () => {
  test.setTimeout(120_000)
  const byId = { id: workspaceId }
  const questions: Parameters<typeof window.timbre.invoke>[] = [
    ['workspace.list', null],
    ['workspace.describeKeys', byId],
    ['workspace.test', byId],
    ['workspace.troubles', null],
    ['workspace.profiles', null],
    ['setup.check', byId],
    ['job.listForeign', byId],
    ['preflight.check', { id: workspaceId, instanceTypes: ['ml.g5.xlarge'] }],
    ['catalog.prices', { workspaceId }],
    ['catalog.list', { workspaceId }],
    ['upload.list', null],
    ['settings.get', null],
    ['hubToken.describe', null],
    ['disk.describe', null],
    ['engine.describe', null],
    ['registry.groups', { workspaceId }],
  ]
  for (const [name, input] of questions)
    told.push(
      await page.evaluate(
        async ([call, value]) => JSON.stringify(await window.timbre.invoke(call, value)),
        [name, input] as const,
      ),
    )
  told.push(await page.evaluate(() => (window as unknown as { heard: string[] }).heard.join('\n')))
  expect(told.join('')).toContain('Planted account')
  expect(told.at(-1)).toContain(question) // events were heard
  expect(hasSecret(Buffer.from(told.join('\n')))).toBe(false)

  // A page that has just been loaded has typed nothing; what it is told is all that it knows.
  const session = await page.context().newCDPSession(page)
  await page.reload()
  await page.getByRole('navigation').waitFor()
  await ask('workspace.list', null)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  expect(chunks.join('')).toContain('Planted account') // it is the page's own memory
  expect(hasSecret(Buffer.from(chunks.join('')))).toBe(false)

  let read = 0
  for (const file of await filesBelow(running.dataDirectory)) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    read += bytes.length
    expect(hasSecret(bytes), file).toBe(false)
    if (/timbre\.db/.test(file)) expect(bytes.includes('AKIAPLANTEDPLANTED01')).toBe(false)
  }
  expect(read).toBeGreaterThan(0)

  // What main writes to its console, which is read at all only if this line is in it.
  await running.app.evaluate(() => console.log('the end of the console'))
  await expect.poll(() => running.output()).toContain('the end of the console')
  expect(hasSecret(Buffer.from(running.output()))).toBe(false)
})

/** Every file in it, unpacked. */
async function readBundle(file: string): Promise<Map<string, Buffer>> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false })
  const inside = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = []
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    inside.set(entry.fileName, Buffer.concat(chunks))
  }
  zip.close()
  return inside
}
