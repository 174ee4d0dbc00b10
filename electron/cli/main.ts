#!/usr/bin/env node
/** The command line: the same services as the window, for scripts and for servers. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import packageFacts from '../../package.json' with { type: 'json' }
import { findingCodeSchema, type FindingCode } from '../../shared/dataset.ts'
import { resolveLanguage, languageSettingSchema } from '../../shared/settings.ts'
import { defaultEvaluationRows } from '../../shared/evaluation.ts'
import { builtInSetNames } from '../../shared/evaluationSets.ts'
import { toAppError } from '../../shared/errors.ts'
import { judgeModels, judgePlaces } from '../../shared/judge.ts'
import { exportFormatSchema, type ExportFormat } from '../../shared/modelExport.ts'
import { dataFormatSchema } from '../../shared/workbench/exportFormat.ts'
import { usualSplit } from '../../shared/workbench/splitChoice.ts'
import { createTranslate, describeError } from '../translate.ts'
import { addModel, type AddModelOptions } from './addModel.ts'
import { ask, type AskOptions } from './ask.ts'
import { addDiskCommands } from './disk.ts'
import { servesTransform } from '../../shared/batch.ts'
import { batch, type BatchOptions } from './batch.ts'
import { demo } from './demo.ts'
import { serveEngine } from './engine.ts'
import type { CommandContext } from './commandContext.ts'
import { evaluate } from './evaluate.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import { exportModel } from './export.ts'
import { exportData, type ExportDataOptions } from './exportData.ts'
import { addDivisionOptions, divisionOf, type DivisionOptions } from './division.ts'
import { fix, scan, type ScanOptions } from './files.ts'
import { get, gettable, type Gettable } from './get.ts'
import { interruptedExitCode } from './interruption.ts'
import { listModels, removeModel, renameModel } from './models.ts'
import { saveReport } from './report.ts'
import { resume } from './resume.ts'
import { run } from './run.ts'
import { runInAws, type RunInAwsOptions } from './runInAws.ts'

const systemLocale = process.env['LC_ALL'] || process.env['LANG'] || 'en'

function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<{ dataDir?: string; language: string; json?: boolean }>()
  const setting = languageSettingSchema.catch('system').parse(options.language)
  return {
    dataDirectoryOption: options.dataDir,
    systemLocale: setting === 'system' ? systemLocale : setting,
    json: options.json ?? false,
    t: createTranslate(resolveLanguage(setting, systemLocale)),
    print: (line) => process.stdout.write(`${line}\n`),
  }
}

function transformInstance(text: string): string {
  if (servesTransform(text)) return text
  throw new InvalidArgumentError('SageMaker has no transform jobs on such a machine.')
}

function positiveInteger(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A whole number above 0 is needed.')
  return text
}

function findingCodes(text: string): FindingCode[] {
  return text.split(',').map((part) => {
    const code = findingCodeSchema.safeParse(part.trim())
    if (code.success) return code.data
    throw new InvalidArgumentError(`The codes are ${findingCodeSchema.options.join(', ')}.`)
  })
}

/** `--set name=value`, as often as needed. */
function setting(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Write it as name=value.')
  }
  return { ...before, [name.trim()]: value.trim() }
}

function buildProgram(): Command {
  const program = new Command('timbre')
    .description("Give a language model your company's voice.")
    .option('--data-dir <dir>', 'data folder (also TIMBRE_HOME)')
    .option('--language <language>', 'en or zh; the system decides by default', 'system')
    .version(packageFacts.version)
    .showHelpAfterError()
    .exitOverride()

  const scanCommand = program
    .command('scan <file>')
    .description('find what is wrong with a CSV file, and with how its rows are to be divided')
    .option('--input <column>', 'column with the questions; guessed by default')
    .option('--output <column>', 'column with the answers; guessed by default')
  addDivisionOptions(scanCommand)
    .option('--json', 'one JSON document')
    .action((file: string, options: ScanOptions, command: Command) =>
      scan(contextOf(command), file, options),
    )

  program
    .command('fix <file>')
    .description('write a repaired copy; the file itself stays as it is')
    .requiredOption('--out <file>', 'where to write it')
    .option('--only <codes>', 'fix these findings only, separated by commas', findingCodes)
    .option('--json', 'one JSON document')
    .action((file: string, options: { out: string; only?: FindingCode[] }, command: Command) =>
      fix(contextOf(command), file, options.out, options.only),
    )

  program
    .command('export-data <source>')
    .description('write a dataset of the library (its name or id) or a file as another file')
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices(dataFormatSchema.options)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'where to write it')
    .option('--input <column>', 'column with the questions; guessed by default')
    .option('--output <column>', 'column with the answers; guessed by default')
    .option('--system <text>', "the system's turn of conversations")
    .option('--json', 'one JSON document')
    .action((source: string, options: ExportDataOptions, command: Command) =>
      exportData(contextOf(command), source, options),
    )

  const runCommand = program
    .command('run')
    .description('fine-tune base models on a CSV file and rank them')
    .requiredOption('--data <file>', 'CSV file')
    .requiredOption('--input <column>', 'column with the questions')
    .requiredOption('--output <column>', 'column with the answers')
    .requiredOption('--models <ids>', 'base models, separated by commas')
    .option('--name <name>', 'name of the model')
    .option('--epochs <n>', 'passes over the data', positiveInteger)
    .option('--learning-rate <x>', 'peak learning rate')
    .option('--batch-size <n>', 'examples per step', positiveInteger)
    .option('--seed <n>', 'seed of training')
    .addOption(
      new Option('--set <name=value>', 'any other setting of the base models, as often as needed')
        .argParser(setting)
        .default({}, 'none'),
    )
    .option(
      '--prompt <text>',
      'a question to be answered at every evaluation, at most three times; some are picked by default',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option(
      '--context <column>',
      'a column that stands above the question, as often as needed',
      (column: string, before: string[]) => [...before, column],
      [],
    )

  addDivisionOptions(runCommand, usualSplit.validationFraction)
    .option('--json', 'one JSON document at the end')
    .action((options: RunOptions, command: Command) =>
      run(contextOf(command), {
        data: options.data,
        input: options.input,
        output: options.output,
        models: options.models.split(',').map((id) => id.trim()),
        ...(options.name === undefined ? {} : { name: options.name }),
        context: options.context,
        division: divisionOf(options) ?? usualSplit,
        prompts: options.prompt,
        hyperparameters: Object.fromEntries(
          Object.entries({
            ...options.set,
            epoch: options.epochs,
            learning_rate: options.learningRate,
            per_device_train_batch_size: options.batchSize,
            seed: options.seed,
          }).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
      }),
    )

  program
    .command('run-in-aws')
    .description(
      'train a version once more in an account at AWS: what changes, which rows are cut, what it costs',
    )
    .requiredOption('--model <name>', 'model, by its name or id')
    .requiredOption('--workspace <name>', 'AWS workspace, by its name or id')
    .option(
      '--number <n>',
      'number of the version; the newest that was trained here by default',
      positiveInteger,
    )
    .option('--candidates <ids>', 'candidates that come along, separated by commas; all by default')
    .option(
      '--models <ids>',
      'base models there, one for each candidate, separated by commas; the nearest by default',
    )
    .addOption(
      new Option('--set <name=value>', 'a setting of the base models there, as often as needed')
        .argParser(setting)
        .default({}, 'none'),
    )
    .option('--machine <type>', 'instance type, such as ml.g5.2xlarge; theirs by default')
    .option('--spot', 'spare machines, cheaper, that may be taken away for a while')
    .option('--rows <n>', 'train on so many rows only, drawn by the same seed', positiveInteger)
    .option('--accept-licences', 'print the licences that are asked for, and accept them')
    .option('--yes', 'start it at the price that is shown')
    .option('--detach', 'end once it has started; the jobs go on at AWS')
    .option('--json', 'one JSON document, with all rows that are cut')
    .action((options: RunInAwsOptions, command: Command) => runInAws(contextOf(command), options))

  program
    .command('resume')
    .description('go on with trainings that were interrupted')
    .option('--json', 'one JSON document for each version')
    .action((_options, command: Command) => resume(contextOf(command)))

  program
    .command('models')
    .description('list base models, and your models with their candidates')
    .option('--json', 'one JSON document')
    .action((_options, command: Command) => listModels(contextOf(command)))

  program
    .command('rename <model> <name>')
    .description('give a model of yours, by its name or id, another name')
    .option('--json', 'one JSON document')
    .action((model: string, name: string, _options, command: Command) =>
      renameModel(contextOf(command), model, name),
    )

  program
    .command('add-model <source>')
    .description(
      'add a base model: a GGUF file, a Hugging Face folder, or owner/name[@revision] on the Hub',
    )
    .option('--file <name>', 'which GGUF file, where the Hub has several')
    .option('--json', 'one JSON document')
    .action((source: string, options: AddModelOptions, command: Command) =>
      addModel(contextOf(command), source, options),
    )

  program
    .command('remove-model <id>')
    .description('remove a base model that was added')
    .action((id: string, _options, command: Command) => removeModel(contextOf(command), id))

  program
    .command('ask <prompt>')
    .description('ask a trained candidate')
    .requiredOption('--candidate <id>', 'candidate')
    .option('--base', 'ask its base model as well')
    .option('--yes', 'agree to what its endpoint costs, for a model of an account')
    .option('--json', 'one JSON document')
    .action((prompt: string, options: AskOptions & { candidate: string }, command: Command) =>
      ask(contextOf(command), options.candidate, prompt, options),
    )

  program
    .command('evaluate')
    .description('compare a candidate with its base model on rows that it was not trained on')
    .requiredOption('--candidate <id>', 'candidate')
    .option('--rows <n>', 'how many rows', positiveInteger, String(defaultEvaluationRows))
    .option('--dataset <id>', 'rows of this dataset instead of the validation share')
    .addOption(
      new Option('--set <name>', 'a published set that is on this computer').choices(
        builtInSetNames,
      ),
    )
    .option('--robustness <n>', 'ask so many rows again in other spellings', positiveInteger)
    .option('--stereotypes <n>', 'read so many pairs of crows-pairs', positiveInteger)
    .option('--no-base', 'ask this model alone; there is no verdict then')
    .addOption(
      new Option('--judge [model]', 'let a model in Amazon Bedrock compare the answers')
        .preset(judgeModels[0]?.id)
        .conflicts('base'),
    )
    .addOption(
      new Option(
        '--judge-prompt <file>',
        `what it is asked, with ${judgePlaces.join(', ')} and, if wanted, {reference}`,
      ).implies({ judge: judgeModels[0]?.id }),
    )
    .option('--fmeval', 'have the fmeval library itself score the answers, in a Processing job')
    .option(
      '--workspace <name>',
      'the AWS account for --judge and --fmeval; the only one otherwise',
    )
    .option('--yes', 'agree to what it may cost')
    .option('--json', 'one JSON document: verdict, scores and every row')
    .action((options: EvaluateOptions, command: Command) => evaluate(contextOf(command), options))

  program
    .command('get')
    .description('get what reports are made with: a scoring model, or a published set')
    .addArgument(new Argument('<name>', 'which').choices(gettable))
    .option('--from <path>', 'a folder or a file that you have, instead of the download')
    .option('--json', 'one JSON document')
    .action((name: Gettable, options: { from?: string }, command: Command) =>
      get(contextOf(command), name, options.from),
    )

  program
    .command('report')
    .description(
      'write a report of a candidate with what `evaluate` found: HTML, or JSON, by the file name',
    )
    .requiredOption('--candidate <id>', 'candidate')
    .requiredOption('--out <file>', 'where to write it')
    .action((options: { candidate: string; out: string }, command: Command) =>
      saveReport(contextOf(command), options.candidate, options.out),
    )

  program
    .command('batch')
    .description('let a model answer every row of a CSV file; what was interrupted goes on')
    .requiredOption('--candidate <id>', 'the candidate that answers, or base:<id> for a base model')
    .requiredOption('--data <file>', 'CSV file')
    .requiredOption('--column <column>', 'column with the prompts')
    .requiredOption('--out <file>', 'where to write the file with the answers')
    .option('--max-tokens <count>', 'longest answer', positiveInteger, '120')
    .option(
      '--transform <instance type>',
      'in an account: by a transform job on such a machine',
      transformInstance,
    )
    .option('--yes', 'agree to what its endpoint or its job costs, for a model of an account')
    .option('--json', 'one JSON document')
    .action((options: BatchOptions, command: Command) => batch(contextOf(command), options))

  program
    .command('export')
    .description('write a candidate as files that other programs read')
    .requiredOption('--candidate <id>', 'candidate')
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices(exportFormatSchema.options)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <folder>', 'a folder is made in it')
    .option('--json', 'one JSON document')
    .action((options: { candidate: string; format: ExportFormat; out: string }, command: Command) =>
      exportModel(contextOf(command), options.candidate, options.format, options.out),
    )

  addDiskCommands(program, contextOf)

  program
    .command('engine')
    .description('serve the engine to any AWS client')
    .option('--port <n>', 'port; a free one by default', '0')
    .action((options: { port: string }, command: Command) =>
      serveEngine(contextOf(command), Number(options.port)),
    )

  program
    .command('demo')
    .description('the main job on the bundled sample, from the file to the leaderboard')
    .option('--epochs <n>', 'passes over the data', positiveInteger)
    .option('--report <file>', 'where to write the report')
    .action((options: { epochs?: string; report?: string }, command: Command) =>
      demo(contextOf(command), options),
    )
  return program
}

interface RunOptions extends DivisionOptions {
  readonly data: string
  readonly input: string
  readonly output: string
  readonly models: string
  readonly name?: string
  readonly epochs?: string
  readonly learningRate?: string
  readonly batchSize?: string
  readonly seed?: string
  readonly set: Record<string, string>
  readonly context: string[]
  readonly prompt: string[]
}

async function main(): Promise<number> {
  const program = buildProgram()
  try {
    await program.parseAsync()
    return 0
  } catch (error) {
    // Commander has printed its own message; help asked for is no failure.
    if (error instanceof CommanderError) return error.exitCode
    const { t } = contextOf(program)
    const failure = toAppError(error)
    if (failure.code === 'Cancelled') {
      const what = failure.details['what'] === 'download' ? 'download' : 'run'
      process.stderr.write(`${t(`cli:${what}.interrupted`)}\n`)
      return interruptedExitCode
    }
    process.stderr.write(`${describeError(t, failure)}\n`)
    return 1
  }
}

process.exitCode = await main()
// Sockets that the SDK keeps open would hold the process; everything that matters was closed above.
process.exit()
