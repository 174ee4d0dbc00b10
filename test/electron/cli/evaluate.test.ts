/** What `timbre evaluate` can have an account do: a judge and fmeval itself, each after its cost was agreed to. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../electron/db/database.ts'
import { updateSettings } from '../../../electron/db/settings.ts'
import { insertWorkspace } from '../../../electron/db/workspaces.ts'
import { startAwsDouble, type AwsDouble } from '../../support/aws/awsDouble.ts'
import { aDraft } from '../../support/aws/workspaceDraft.ts'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'
import { tinyModelId } from '../../support/engine.ts'

let timbre: CommandLine
let double: AwsDouble
let candidate: string

beforeAll(async () => {
  timbre = await openCommandLine()
  double = await startAwsDouble()
  Object.assign(timbre.environment, {
    AWS_ACCESS_KEY_ID: 'AKIADOUBLEDOUBLE0001',
    AWS_SECRET_ACCESS_KEY: 'double-secret-double-secret-double-secret',
  })
  const trained = await timbre.run(
    ...['run', '--data', timbre.csv, '--input', 'question', '--output', 'answer'],
    ...['--models', tinyModelId, '--epochs', '1', '--json'],
  )
  const { candidates } = JSON.parse(trained.stdout) as { candidates: { id: string }[] }
  candidate = candidates[0]?.id ?? ''
})
afterAll(async () => {
  const { problems } = double
  await double.close()
  await timbre.remove()
  expect(problems).toEqual([])
})

const evaluate = (...more: string[]) =>
  timbre.run('evaluate', '--candidate', candidate, '--rows', '2', ...more)

function addAccount(name: string): void {
  const db = openDatabase(path.join(timbre.dataDirectory, 'timbre.db'))
  try {
    insertWorkspace(db, {
      id: name,
      createdAtMs: 1,
      draft: aDraft({
        name,
        credentials: { kind: 'environment' },
        region: double.region,
        executionRoleArn: `arn:aws:iam::${double.account}:role/TimbreExecution`,
        endpoints: { default: double.url },
      }),
    })
    // The usual budget of calls is for people, who wait.
    updateSettings(db, { awsCallsPerMinute: 6000 })
  } finally {
    db.close()
  }
}

test('without an account a judge is refused in words', async () => {
  expect(await evaluate('--judge')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no workspace with an AWS account') as string,
  })
})

test('what is paid for is said, and starts only when it was agreed to', async () => {
  addAccount('Company')
  const refused = await evaluate('--judge', '--fmeval')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/It may cost up to \$0\.46\d\. Nothing was started; add --yes/)
  const unknown = await evaluate('--judge', 'us.meta.llama4-maverick-17b-instruct-v1:0')
  expect(unknown.stderr).toContain('the price is not known')
  expect(double.calls.filter(({ service }) => service === 'bedrock-runtime')).toEqual([])
  expect(double.calls.filter(({ operation }) => operation.startsWith('Create'))).toEqual([])

  const judged = await evaluate('--judge', '--yes', '--json')
  expect(judged).toMatchObject({ code: 0, stderr: 'It may cost up to $0.001.\n' })
  const { judgements } = JSON.parse(judged.stdout) as { judgements: unknown[] }
  expect(judgements).toHaveLength(2)
  const asked = double.calls.filter(({ operation }) => operation === 'Converse')
  expect(asked.map(({ input }) => input['modelId'])).toEqual(
    Array.from({ length: 4 }, () => 'amazon.nova-lite-v1:0'),
  )
})

test('a prompt of the user’s own is asked, and one without its places is refused', async () => {
  const prompt = path.join(timbre.directory, 'prompt.txt')
  await writeFile(prompt, 'Which is better?')
  const refused = await evaluate('--judge-prompt', prompt, '--yes')
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('{question}, {first}, {second}') as string,
  })
  expect(await evaluate('--judge-prompt', `${prompt}.missing`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('prompt.txt.missing') as string,
  })
  await writeFile(prompt, 'Shorter wins. {question} {first} {second}')
  const before = double.calls.length
  expect(await evaluate('--judge-prompt', prompt, '--yes')).toMatchObject({ code: 0 })
  const asked = double.calls.slice(before).find(({ operation }) => operation === 'Converse')
  expect(JSON.stringify(asked?.input)).toContain('Shorter wins. Where is item')
})

test('of several accounts one has to be named; a judge needs both models’ answers', async () => {
  addAccount('Other')
  const several = await evaluate('--judge')
  expect(several).toMatchObject({ code: 1 })
  expect(several.stderr).toContain('--workspace: Company, Other')
  expect((await evaluate('--judge', '--workspace', 'Nobody')).stderr).toContain('Company, Other')
  expect((await evaluate('--judge', '--workspace', 'Other')).stderr).toContain('add --yes')
  const alone = await evaluate('--judge', '--no-base')
  expect(alone.code).not.toBe(0)
  expect(alone.stderr).toContain("cannot be used with option '--no-base'")
})
