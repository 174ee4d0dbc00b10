import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BaseModel, Model } from '../../../shared/model.ts'
import type { LeaderboardEntry } from '../../../shared/leaderboard.ts'
import { tinyModelId } from '../../support/engine.ts'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'

let timbre: CommandLine

beforeEach(async () => {
  timbre = await openCommandLine()
})

afterEach(() => timbre.remove())

const training = ['--input', 'question', '--output', 'answer', '--models', tinyModelId]
const small = ['--batch-size', '4', '--set', 'max_input_length=64', '--set', 'eval_steps=2']

function runArguments(...more: string[]): string[] {
  return ['run', '--data', timbre.csv, ...training, ...small, ...more]
}

interface RunDocument {
  readonly candidates: readonly { id: string; status: string }[]
  readonly leaderboard: readonly LeaderboardEntry[]
}

test('scans a file and names each finding as JSON', async () => {
  const { code, stdout, stderr } = await timbre.run('scan', timbre.csv, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    rows: 25,
    usableRows: 24,
    findings: [{ code: 'blank-row', count: 1, fixable: true, row: 5, line: 6, column: null }],
  })
})

test('scans how the rows are to be divided as well, once that is said', async () => {
  const leaky = path.join(timbre.directory, 'leaky.csv')
  const rows = Array.from({ length: 12 }, (_, row) =>
    // Asked twice, the first time with an answer of two lines.
    [
      `shop,Where is the ${row * 7919} lamp that I ordered last week?,"On\nits way, ${row}."`,
      `shop,Where is the ${row * 7919} lamp that I ordered last week please?,Soon ${row}.`,
    ].join('\n'),
  )
  await writeFile(leaky, `place,question,answer\n${rows.join('\n')}\n`)
  const scanned = async (...more: string[]) =>
    JSON.parse((await timbre.run('scan', leaky, '--json', ...more)).stdout) as {
      findings: { code: string; count: number; places: { row: number; line: number }[] }[]
      split?: unknown
    }
  const without = await scanned()
  expect(without).not.toHaveProperty('split')
  const { findings, split } = await scanned('--validation', '0.25')
  const found = findings.filter(({ code }) => !without.findings.some((one) => one.code === code))
  expect(found).toMatchObject([{ code: 'split-leakage', severity: 'warning', fixable: true }])
  const { count = 0, places = [] } = found[0] ?? {}
  expect(split).toMatchObject({
    ...{ trainingRows: 18, validationRows: 6, groups: null },
    leakage: { same: 0, similar: count },
  })
  // Every pair of rows takes three lines.
  for (const { row, line } of places) expect(line).toBe(1 + row + Math.floor(row / 2))

  expect((await scanned('--validation', '25%')).split).toEqual(split)
  const noColumn = await timbre.run('scan', leaky, '--input', 'nope')
  expect(noColumn).toMatchObject({ code: 1, stdout: '' })
  expect(noColumn.stderr).toContain('nope')

  const apart = await scanned('--validation', '0.25', '--keep-apart')
  expect(apart.findings.map(({ code }) => code)).not.toContain('split-leakage')
  const said = await timbre.run('scan', leaky, '--validation', '0.25')
  expect(said.stdout).toMatch(/also trained on: line .*\(--keep-apart keeps them on one side\)/)
  expect(said.stdout).toContain('18 rows to train on, 6 to validate.')
  const chinese = await timbre.run('--language', 'zh', 'scan', leaky, '--validation', leaky)
  expect(chinese.stdout).toContain('有 24 个验证问题也出现在训练数据中')

  const nothingLeft = await timbre.run('scan', leaky, '--validation', leaky, '--keep-apart')
  expect(nothingLeft).toMatchObject({ code: 1, stdout: '' })
  expect(nothingLeft.stderr).toContain('none is left to check with')
  const oneGroup = await timbre.run('scan', leaky, '--group', 'place')
  expect(oneGroup.code).toBe(1)
  expect(oneGroup.stderr).toContain('All rows belong together')
})

test('scans in Chinese when asked to', async () => {
  const { code, stdout } = await timbre.run('--language', 'zh', 'scan', timbre.csv)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^警告 +1 个空白行：第 6 行（可修复）$/m)
  expect(stdout).toContain('可用 24 行')
})

test('writes a repaired copy and leaves the file as it is', async () => {
  const before = await readFile(timbre.csv)
  const out = path.join(timbre.directory, 'repaired.csv')
  expect(await timbre.run('fix', timbre.csv, '--out', out)).toMatchObject({ code: 0, stderr: '' })
  expect(await readFile(timbre.csv)).toEqual(before)
  expect(await readFile(out, 'utf8')).not.toContain('\n,\n')
  expect(JSON.parse((await timbre.run('scan', out, '--json')).stdout)).toMatchObject({
    findings: [],
  })
})

test('trains, asks and reports, each in a process of its own', async () => {
  const trained = await timbre.run(...runArguments('--epochs', '2', '--json'))
  expect(trained).toMatchObject({ code: 0, stderr: '' })
  const { candidates, leaderboard } = JSON.parse(trained.stdout) as RunDocument
  expect(candidates).toMatchObject([{ status: 'Completed' }])
  expect(leaderboard).toMatchObject([
    {
      rank: 1,
      suggested: true,
      baseModelId: tinyModelId,
      parameterCount: expect.any(Number) as number,
    },
  ])
  const id = candidates[0]?.id ?? ''

  const listed = JSON.parse((await timbre.run('models', '--json')).stdout) as {
    baseModels: BaseModel[]
    models: Model[]
  }
  expect(listed.baseModels.map((model) => model.id)).toEqual([tinyModelId])
  expect(listed.models[0]?.versions[0]?.candidates[0]?.id).toBe(id)

  const asked = await timbre.run('ask', '--candidate', id, 'Where is item 3?', '--base', '--json')
  expect(asked).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(asked.stdout)).toMatchObject({
    prompt: 'Where is item 3?',
    tuned: expect.any(String),
    base: expect.any(String),
  })

  const evaluated = await timbre.run('evaluate', '--candidate', id, '--rows', '3', '--json')
  expect(evaluated).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(evaluated.stdout)).toMatchObject({
    candidateId: id,
    status: 'Completed',
    plannedRows: 3,
    verdict: { pValue: expect.any(Number) },
    rows: [{ reference: expect.stringMatching(/^On shelf/) }, {}, {}],
  })
  const said = await timbre.run('evaluate', '--candidate', id, '--rows', '2')
  expect(said).toMatchObject({ code: 0, stderr: '' })
  expect(said.stdout).toMatch(/of 2 rows/)
  expect(said.stdout).toContain('ROUGE-L')

  const out = path.join(timbre.directory, 'report.html')
  expect(await timbre.run('report', '--candidate', id, '--out', out)).toMatchObject({ code: 0 })
  expect(await readFile(out, 'utf8')).toContain('<svg')
  expect(await readFile(out, 'utf8')).toContain('2 of 5 rows of the validation share')
})

test('context columns stand above the question, and rows are divided as the options say', async () => {
  const withContext = path.join(timbre.directory, 'shop.csv')
  const rows = Array.from(
    { length: 24 },
    (_, row) => `Where is item ${row}?,On shelf ${row}.,Lamp ${row % 6}`,
  )
  await writeFile(withContext, `question,answer,product\n${rows.join('\n')}\n`)
  const held = path.join(timbre.directory, 'held.csv')
  await writeFile(
    held,
    `question,answer,product\nIs it new?,It is.,Lamp 1\nHow much?,Ten.,Lamp 2\n`,
  )
  const options = ['run', '--data', withContext, ...training, ...small, '--epochs', '1']
  const versionOf = async (...more: string[]) => {
    const { code, stderr } = await timbre.run(...options, ...more, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { models } = JSON.parse((await timbre.run('models', '--json')).stdout) as {
      models: Model[]
    }
    return models[0]?.versions[0]
  }
  expect(await versionOf('--context', 'product', '--validation', held)).toMatchObject({
    columns: { question: 'question', inputTemplate: 'product: {product}\n\n{question}' },
    split: { kind: 'file' },
    trainingRowCount: 24,
    validationRowCount: 2,
  })
  // Six products of four rows each: a share of 0.2 cannot cut through one.
  const grouped = await versionOf(
    '--group',
    'product',
    '--validation',
    '0.2',
    '--name',
    'By product',
  )
  expect(grouped).toMatchObject({ split: { kind: 'group', column: 'product' } })
  expect((grouped?.validationRowCount ?? 1) % 4).toBe(0)
  const apart = await versionOf('--keep-apart', '--name', 'Apart')
  expect(apart).toMatchObject({ split: { kind: 'similar' } })
})

test('says what is wrong with a way to divide', async () => {
  const unknown = await timbre.run(...runArguments('--context', 'price'))
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('price')
  const both = await timbre.run(...runArguments('--group', 'question', '--stratify'))
  expect(both.code).toBe(1)
  expect(both.stderr).toContain("'--group <column>' cannot be used with option '--stratify'")
  const nothingLeft = await timbre.run(
    ...runArguments('--validation', timbre.csv, '--group', 'question'),
  )
  expect(nothingLeft.code).toBe(1)
  expect(nothingLeft.stderr).toContain('--validation')
})

test('runs the whole job on the sample, down to the report', async () => {
  const { code, stdout, stderr } = await timbre.run('demo', '--epochs', '2')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('Leaderboard')
  expect(stdout).toContain('Base model (Tiny)')
  expect(stdout).toContain('Your model (Tiny)')
  const report = /Report: (.*)/.exec(stdout)?.[1] ?? ''
  expect(await readFile(report, 'utf8')).toContain('<svg')
})

test('stops cleanly on Ctrl-C, says how to go on, and goes on', async () => {
  const interrupted = timbre.start(...runArguments('--epochs', '200'))
  await interrupted.printed('%')
  interrupted.child.kill('SIGINT')
  const first = await interrupted.finished
  expect(first.code).toBe(130)
  expect(first.stderr).toContain('timbre resume')

  const resumed = await timbre.run('resume', '--json')
  expect(resumed).toMatchObject({ code: 0, stderr: '' })
  const { candidates } = JSON.parse(resumed.stdout) as RunDocument
  expect(candidates).toMatchObject([{ status: 'Completed' }])
  expect((await timbre.run('resume')).stdout).toContain('No training is waiting')
})

test('serves the engine to any AWS client until it is stopped', async () => {
  const engine = timbre.start('engine')
  await engine.printed('AWS_DEFAULT_REGION')
  const environment = Object.fromEntries(
    [...engine.output().matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>
  const s3 = new S3Client({
    endpoint: environment['AWS_ENDPOINT_URL'],
    region: environment['AWS_DEFAULT_REGION'],
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    forcePathStyle: true,
  })
  expect((await s3.send(new ListBucketsCommand({}))).Buckets).toEqual(expect.any(Array))
  s3.destroy()
  // Asked for once more, as beside an open window, it is the same one.
  const again = await timbre.run('engine')
  expect(again.code).toBe(0)
  expect(again.stdout).toContain('Timbre is open and runs the engine.')
  expect(again.stdout).toContain(`export AWS_ENDPOINT_URL=${environment['AWS_ENDPOINT_URL']}`)
  engine.child.kill('SIGTERM')
  expect((await engine.finished).code).toBe(0)
})

test.each([
  ['a file that is not there', ['scan', 'nowhere.csv'], 'nowhere.csv'],
  ['a candidate that is not there', ['ask', '--candidate', 'nobody', 'Hi'], 'candidate'],
  ['an evaluation of nothing', ['evaluate', '--candidate', 'nobody'], 'candidate'],
  ['an evaluation of no rows', ['evaluate', '--candidate', 'a', '--rows', '0'], 'above 0'],
  ['a finding that does not exist', ['fix', 'a.csv', '--out', 'b.csv', '--only', 'x'], 'blank-row'],
  ['a command that does not exist', ['dance'], 'dance'],
])('fails with words on stderr for %s', async (_, commandArguments, words) => {
  const { code, stdout, stderr } = await timbre.run(...commandArguments)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(words)
  expect(stderr).not.toMatch(/\n\s+at /)
})

test.each([
  ['a column that is not there', ['--output', 'reply'], 'reply'],
  ['a setting out of its range', ['--epochs', '5000'], 'epoch'],
  ['a setting that does not exist', ['--set', 'colour=red'], 'colour'],
  ['a base model that does not exist', ['--models', 'gigantic'], 'gigantic'],
  ['a validation share that leaves nothing', ['--validation', '0.9'], 'from 0.05 to 0.5'],
  ['a validation file that is not there', ['--validation', 'half'], 'half'],
  ['a name that cannot be used', ['--name', '/etc'], 'name'],
])('refuses to train with %s', async (_, more, words) => {
  const { code, stderr } = await timbre.run(...runArguments(...more))
  expect(code).toBe(1)
  expect(stderr).toContain(words)
})

test('says in Chinese what is wrong', async () => {
  const empty = path.join(timbre.directory, 'empty.csv')
  await writeFile(empty, '')
  const { code, stderr } = await timbre.run('--language', 'zh', 'scan', empty)
  expect(code).toBe(1)
  expect(stderr).toMatch(/[\u4e00-\u9fff]/)
})
