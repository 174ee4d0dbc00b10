/** A report of a model of an account, through the window: its price first, two endpoints, a judge and fmeval itself. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { encoderSource } from '../../electron/evaluation/scoringModels/bertScorer.ts'
import { scoresOf } from '../../electron/evaluation/scores/scoreAnswer.ts'
import type { LibraryResult } from '../../shared/libraryCheck.ts'
import { startAwsDouble, type AwsDouble } from '../support/aws/awsDouble.ts'
import { createBedrockRuntimeDouble } from '../support/aws/bedrockRuntimeDouble.ts'
import { bedrockRuntimeDouble } from '../support/aws/bedrockServingDouble.ts'
import { createProcessingDouble } from '../support/aws/processingDouble.ts'
import { createSageMakerDouble } from '../support/aws/sageMakerDouble.ts'
import { filesOf, startHubDouble, type HubDouble } from '../support/huggingFaceHub.ts'
import { ServiceFailure } from '../support/aws/serviceFailure.ts'
import { expectAccessible } from './support/accessibility.ts'
import { addCompanyAccount } from './support/companyAccount.ts'
import {
  answerDialog,
  answerSaveDialog,
  launchApp,
  makeDataDirectory,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'
import { passAccountTime, trainInCompanyAccount } from './support/trainInAccount.ts'

test.describe.configure({ mode: 'serial' })

const baseModel = 'Mistral 7B'
const rows = 6

let double: AwsDouble
let hub: HubDouble
let running: LaunchedApp
let page: Page

/** The tuned model mostly answers as the data does, the base model never. */
function answerOf(prompt: string, model: Readonly<Record<string, unknown>>): string {
  const item = Number(/item (\d+)/.exec(prompt)?.[1] ?? 0)
  if (JSON.stringify(model).includes('jumpstart-cache')) return `Items can be sent to the seller.`
  return item % 9 === 0
    ? 'Please ask again later.'
    : `Happy to help! Send item ${item} back within 30 days. Warmly, Juno`
}

/** Prefers the answer with a greeting, wherever it stands. */
function judge(prompt: string): string {
  const first = prompt.indexOf('Answer A')
  const second = prompt.indexOf('Answer B')
  const isFriendly = (text: string) => text.includes('Happy to help')
  const [a, b] = [isFriendly(prompt.slice(first, second)), isFriendly(prompt.slice(second))]
  return a === b ? 'They are alike. [[C]]' : `It greets the customer. [[${a ? 'A' : 'B'}]]`
}

/** What fmeval would write: our scores, but for METEOR, and BERTScore, which only it has. */
function fmeval(files: ReadonlyMap<string, string>): Record<string, string> {
  const written = (files.get('rows.jsonl') ?? '')
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { position: number; reference: string; tuned: string; base: string },
    )
  const scored = (text: string, reference: string) => {
    const { meteor, rouge1, rougeL, f1 } = scoresOf(text, reference)
    return { rouge1, rougeL, f1_score: f1, meteor: Math.min(1, meteor * 1.02), bertscore: 0.8 }
  }
  const result: LibraryResult = {
    library: 'fmeval',
    version: '1.2.3',
    rows: written.map(({ position, reference, tuned, base }) => ({
      position,
      tuned: scored(tuned, reference),
      base: scored(base, reference),
    })),
    errors: {},
  }
  return { 'scores.json': JSON.stringify(result) }
}

test.beforeAll(async () => {
  double = await startAwsDouble({
    services: {
      sagemaker: {
        ...createSageMakerDouble('us-east-1'),
        ...createProcessingDouble({ run: fmeval }),
      },
      'bedrock-runtime': { ...createBedrockRuntimeDouble({ say: judge }), ...bedrockRuntimeDouble },
    },
  })
  double.hosting.answerOf = answerOf
  // The public bucket's weights of the base model.
  double.objects.put(
    's3://jumpstart-cache-prod-us-east-1/hosting/v1.1.0/train-huggingface-llm-mistral-7b.tar.gz',
    'weights',
  )
  hub = await startHubDouble()
  const fixture = path.resolve(import.meta.dirname, '../fixtures/encoder-multilingual')
  const { 'model.onnx': weights = '', ...others } = await filesOf(fixture)
  hub.publish(encoderSource.repository, {
    files: { ...others, [encoderSource.weights]: weights },
    license: 'apache-2.0',
  })
  running = await launchApp(await makeDataDirectory())
  page = running.page
  await page.evaluate((hubUrl) => window.timbre.invoke('settings.update', { hubUrl }), hub.url)
  await addCompanyAccount(page, double)
  await trainInCompanyAccount({
    page,
    double,
    dataDirectory: running.dataDirectory,
    modelName: 'Voice',
    baseModel,
  })
})
test.afterAll(async () => {
  await running.app.close()
  await double.close()
  await hub.close()
})

const countOf = (operation: string) =>
  double.calls.filter((call) => call.operation === operation && call.failure === null).length

async function openEvaluation(): Promise<void> {
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: `Evaluate ${baseModel}` }).click()
}

test('says what it takes before anything is made, with the price on the button', async () => {
  await openEvaluation()
  const rowsField = page.getByRole('textbox', { name: 'Rows' })
  await rowsField.fill(String(rows))
  await page.getByRole('checkbox', { name: /Other spellings/ }).uncheck()
  const takes = page.getByRole('region', { name: 'What it takes' })
  await expect(takes).toContainText('12 answers')
  await expect(takes).toContainText('endpoints start: 5 to 30 minutes')
  await expect(takes).toContainText(/Your model: one ml\.\S+, \$\d+\.\d\d an hour/)
  await expect(takes).toContainText(/Base model: one ml\.\S+, \$\d+\.\d\d an hour/)
  await expect(takes).toContainText(/About \$\d+\.\d\d to \$\d+\.\d\d/)
  await expect(
    page.getByRole('button', { name: /^Generate evaluation report for up to \$\d/ }),
  ).toBeEnabled()
  // Neither judge nor processing job costs anything until somebody wants it.
  await expect(page.getByRole('switch', { name: /language model’s judgement/ })).not.toBeChecked()
  await expect(page.getByRole('checkbox', { name: /fmeval library itself/ })).not.toBeChecked()
  await page.getByRole('checkbox', { name: 'Ask the base model as well' }).uncheck()
  await expect(takes).toContainText('6 answers')
  await expect(takes).not.toContainText('Base model: one')
  await page.getByRole('checkbox', { name: 'Ask the base model as well' }).check()
  await expect(takes).toContainText('12 answers')
  await expectAccessible(page)
  expect(countOf('CreateEndpoint')).toBe(0)
})

test('the judge shows its prompt and its cost, and a prompt without its places can’t be sent', async () => {
  const start = page.getByRole('button', { name: /^Generate evaluation report/ })
  const priceOf = async () => Number(/\$([\d.]+)$/.exec((await start.textContent()) ?? '')?.[1])
  const before = await priceOf()
  await page.getByRole('switch', { name: /language model’s judgement/ }).click()
  await expect(page.getByRole('combobox', { name: 'Account' })).toHaveValue('Company account')
  const prompt = page.getByRole('textbox', { name: 'Prompt' })
  await expect(prompt).toHaveValue(/\{question\}[^]*\{first\}[^]*\{second\}/)
  await expect(page.getByText(/12 calls, two for each row: about .* at most \$0\.0/)).toBeVisible()
  await prompt.fill('Which is better, {first} or {second}?')
  await expect(page.getByText('{question} is missing.')).toBeVisible()
  await expect(start).toBeDisabled()
  await page.getByRole('button', { name: 'As it was' }).click()
  await expect(start).toBeEnabled()
  await page.getByRole('checkbox', { name: /fmeval library itself/ }).check()
  await expect(
    page.getByText(/SageMaker Processing job on one ml\.m5\.2xlarge, .* minutes: \$/),
  ).toBeVisible()
  await expect.poll(priceOf).toBeGreaterThan(before)
  await expectAccessible(page)
  await takePicture(page, 'cloud-evaluation-setup')
})

test('an endpoint that nothing would end is made only when somebody says so', async () => {
  double.hosting.isSchedulerTrusted = false
  await page.getByRole('button', { name: /^Generate evaluation report/ }).click()
  const allow = page.getByRole('button', { name: 'Start without protection' })
  await passAccountTime(double, () => allow.isVisible(), 1000)
  expect(countOf('CreateEndpoint')).toBe(0)
  await expectAccessible(page)
  await takePicture(page, 'cloud-evaluation-unguarded')
  await allow.click()
  await expect(allow).toBeDisabled()
  double.hosting.isSchedulerTrusted = true
  await page.getByRole('button', { name: /^Go on/ }).click()
  await expect(
    page.getByText(/^AWS is bringing (Mistral 7B|Voice V1) into service/).first(),
  ).toBeVisible()
  await takePicture(page, 'cloud-evaluation-running')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText(/^Paused after 0 of 6 rows/)).toBeVisible()
})

test('a model without access is said in words, and the report goes on when it is mended', async () => {
  double.failures.refuse(
    'Converse',
    new ServiceFailure(
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      403,
    ),
  )
  const goOn = page.getByRole('button', { name: /^Go on/ })
  await goOn.click()
  await expect(page.getByRole('status').filter({ hasText: 'Answering row' })).toBeVisible()
  await passAccountTime(double, () => goOn.isVisible())
  await expect(page.getByText(/amazon\.nova-lite-v1:0.*(access|Access)/)).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-evaluation-no-access')
  expect(countOf('CreateEndpoint')).toBe(2)
  await goOn.click()
  await passAccountTime(double, () =>
    page.getByRole('region', { name: 'The same answers, scored by fmeval itself' }).isVisible(),
  )
})

test('the report has the verdict, the judge’s preference and fmeval’s numbers beside ours', async () => {
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toContainText(/Better than its base model on \d of 6 rows/)
  const judged = page.getByRole('region', { name: 'A language model’s judgement' })
  await expect(judged).toContainText(/It preferred your model in (\d) of \1 decided comparisons/)
  await expect(judged).toContainText(/It read [\d,]+ and wrote \d+ tokens: about \$0\.0/)
  await judged.getByRole('button', { name: 'The prompt that it was given' }).click()
  await expect(judged).toContainText('[[A]]')
  const library = page.getByRole('region', { name: 'The same answers, scored by fmeval itself' })
  await expect(library.getByRole('row', { name: /ROUGE-L/ })).toContainText('12 / 12')
  await expect(library.getByRole('row', { name: /METEOR/ })).not.toContainText('12 / 12')
  await expect(library).toContainText('BERTScore by the library, with an encoder of its own: 0.800')
  await expectAccessible(page)
  await verdict.scrollIntoViewIfNeeded()
  await takePicture(page, 'cloud-evaluation')
  await judged.scrollIntoViewIfNeeded()
  await takePicture(page, 'cloud-evaluation-judge')
  await library.scrollIntoViewIfNeeded()
  await takePicture(page, 'cloud-evaluation-fmeval')
  // Each answer once, though it was interrupted; each pair in both orders.
  expect(countOf('InvokeEndpointWithResponseStream')).toBe(2 * rows)
  expect(countOf('Converse')).toBe(2 * rows)
  expect(countOf('CreateProcessingJob')).toBe(1)
  expect(double.problems).toEqual([])
})

test('the encoder is downloaded, and the report gets BERTScore without asking anybody again', async () => {
  const scoring = page.getByRole('region', { name: 'Models on this computer that score' })
  const takes = page.getByRole('region', { name: 'What it takes' })
  await expect(scoring.getByText(/DistilUSE multilingual, about 140 MB, Apache-2\.0/)).toBeVisible()
  // The endpoints are there, and how long an answer takes was measured.
  await expect(takes).toContainText('12 answers, at most 1 minute: measured in the last report')
  await expect(takes).not.toContainText('endpoints start')
  await scoring.scrollIntoViewIfNeeded()
  await takePicture(page, 'evaluation-scoring-models')
  await scoring.getByRole('button', { name: 'Download the encoder' }).click()
  await expect(scoring.getByText(/BERTScore: an encoder is on this computer/)).toBeVisible({
    timeout: 60_000,
  })
  await expect(takes).toContainText('only what is new is added')
  await expect(takes).not.toContainText('12 answers')
  await page.getByRole('button', { name: 'Add to the report', exact: true }).click()
  const meaning = page.getByRole('region', { name: 'The same meaning in other words' })
  await expect(meaning.getByRole('row', { name: /BERTScore F1/ })).toContainText(/0\.\d{3}/)
  await meaning.scrollIntoViewIfNeeded()
  await expectAccessible(page)
  await takePicture(page, 'evaluation-bertscore')
  expect(countOf('InvokeEndpointWithResponseStream')).toBe(2 * rows)
  expect(countOf('Converse')).toBe(2 * rows)
  expect(countOf('CreateProcessingJob')).toBe(1)
  const file = path.join(running.dataDirectory, 'report.html')
  await answerSaveDialog(running, file)
  await page.getByRole('button', { name: 'Save report' }).click()
  await page.getByRole('menuitem', { name: 'Web page (HTML)' }).click()
  await expect(page.getByText('report.html')).toBeVisible()
  expect(await readFile(file, 'utf8')).toContain('BERTScore F1')
})

test('the encoder goes into the bin, and a folder that the user has takes its place', async () => {
  await page.getByRole('button', { name: 'Delete the encoder' }).click()
  await expect(page.getByText('Moved to the bin.')).toBeVisible()
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'What takes space' }).click()
  const bin = page.getByRole('region', { name: 'Bin' })
  await expect(bin.getByText('Scoring model: BERTScore')).toBeVisible()
  await bin.getByRole('button', { name: 'Put back BERTScore' }).click()
  const forReports = page.getByRole('table', { name: 'For reports' })
  await expect(forReports.getByText('Scoring model: BERTScore')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'disk-for-reports')
  await forReports.getByRole('button', { name: 'Delete Scoring model: BERTScore' }).click()
  await openEvaluation()
  await answerDialog(running, path.resolve(import.meta.dirname, '../fixtures/encoder'))
  await page.getByRole('button', { name: 'Choose an encoder' }).click()
  await expect(page.getByRole('button', { name: 'Delete the encoder' })).toBeVisible({
    timeout: 60_000,
  })
})

test('in Chinese, dark and in a small window it reads as well', async () => {
  await running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setSize(880, 600),
  )
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('深色').click()
  await page.getByRole('button', { name: '模型' }).click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: `评估 ${baseModel}` }).click()
  await expect(page.getByRole('region', { name: '结论' })).toContainText('优于基础模型')
  const takes = page.getByRole('region', { name: '所需的时间和费用' })
  await takes.scrollIntoViewIfNeeded()
  await expectAccessible(page)
  await takePicture(page, 'cloud-evaluation-zh-dark')
})
