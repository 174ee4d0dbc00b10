/** Runs the code that Timbre writes for those who ask an endpoint, with the tools of each language. */
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { codeFileNames, type CodeLanguage } from '../../shared/invocationCode.ts'
import { python, succeeds } from './notebooks.ts'

const run = promisify(execFile)

/** Those that are run. */
export type RunLanguage = Exclude<CodeLanguage, 'policy'>

/** The jars of the AWS SDK for Java: docs/endpoints.md says how they are got. */
const javaClassPath = process.env['TIMBRE_JAVA_CLASSPATH'] ?? ''

export interface CodeRun {
  readonly code: string
  readonly question: string
  /** Of its own. */
  readonly directory: string
  /** AWS's variables: where the endpoint is, and keys. */
  readonly environment: Readonly<Record<string, string>>
}

/** Why it can't be run here; null: it can. */
export async function whatIsMissing(language: RunLanguage): Promise<string | null> {
  switch (language) {
    case 'javascript':
      return null
    case 'python':
    case 'lambda':
      return (await succeeds(python, '-c', 'import boto3'))
        ? null
        : 'boto3 is not installed (TIMBRE_TEST_PYTHON)'
    case 'cli':
      return (await run('aws', ['--version'], { env: withTools({}) }).then(
        ({ stdout }) => stdout.startsWith('aws-cli/'),
        () => false,
      ))
        ? null
        : 'the AWS command line is not installed (beside TIMBRE_TEST_PYTHON)'
    case 'java':
      if (javaClassPath === '') return 'the AWS SDK for Java is not named (TIMBRE_JAVA_CLASSPATH)'
      return (await succeeds('javac', '-version')) ? null : 'there is no javac'
    case 'curl':
      return (await succeeds('curl', '--aws-sigv4', 'aws:amz:us-east-1:sagemaker', '--version'))
        ? null
        : 'curl is not installed, or too old for Signature V4'
  }
}

/** What it printed. @throws Error with `stderr` when it ended badly */
export async function askWithCode(
  language: Exclude<RunLanguage, 'lambda'>,
  { code, question, directory, environment }: CodeRun,
): Promise<string> {
  const file = path.join(directory, codeFileNames[language])
  await writeFile(file, code)
  const env = withTools(environment)
  if (language === 'javascript') {
    // The SDK is found where this repository has it.
    const inRepository = path.resolve('node_modules', `.timbre-code-${process.pid}.mjs`)
    await writeFile(inRepository, await readFile(file))
    try {
      return (await run(process.execPath, [inRepository, question], { env })).stdout.trim()
    } finally {
      await rm(inRepository)
    }
  }
  if (language === 'java') {
    await run('javac', [
      '-Xlint:deprecation',
      '-Werror',
      '-cp',
      javaClassPath,
      '-d',
      directory,
      file,
    ])
    const classPath = [directory, javaClassPath].join(path.delimiter)
    return (await run('java', ['-cp', classPath, 'Ask'], { env })).stdout.trim()
  }
  const command = language === 'python' ? [python, file, question] : ['sh', file]
  const [program = '', ...given] = command
  return (await run(program, given, { env })).stdout.trim()
}

/** What the handler answers to the body of a request. */
export async function callLambda(
  { code, directory, environment }: Omit<CodeRun, 'question'>,
  body: object,
): Promise<{ statusCode: number; body: string }> {
  const file = path.join(directory, codeFileNames.lambda)
  await writeFile(file, code)
  const event = JSON.stringify(JSON.stringify({ body: JSON.stringify(body) }))
  const call = `import json, runpy; module = runpy.run_path(${JSON.stringify(file)}); print(json.dumps(module["lambda_handler"](json.loads(${event}), None)))`
  const { stdout } = await run(python, ['-c', call], { env: withTools(environment) })
  return JSON.parse(stdout) as { statusCode: number; body: string } // what the handler returned
}

/** Tools of the same environment as Python come first. */
function withTools(environment: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const tools = `${path.dirname(python)}:${process.env['PATH'] ?? ''}`
  return { ...process.env, ...environment, PATH: tools }
}
