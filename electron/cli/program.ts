/** The commands of the command line, and what each does. */
import { Argument, Option, type Command } from 'commander'
import packageFacts from '../../package.json' with { type: 'json' }
import type { FindingCode } from '../../shared/dataset.ts'
import { defaultEvaluationRows } from '../../shared/evaluation.ts'
import { builtInSetNames } from '../../shared/evaluationSets.ts'
import { judgeModels } from '../../shared/judge.ts'
import { exportFormatSchema, type ExportFormat } from '../../shared/modelExport.ts'
import { dataFormatSchema } from '../../shared/workbench/exportFormat.ts'
import { usualSplit } from '../../shared/workbench/splitChoice.ts'
import { addModel, type AddModelOptions } from './addModel.ts'
import { ask, type AskOptions } from './ask.ts'
import { addDiskCommands } from './disk.ts'
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
import type { ChosenLanguage } from './chooseLanguage.ts'
import { createProgram, giveWords } from './help.ts'
import { listModels, removeModel, renameModel } from './models.ts'
import { optionValues } from './optionValues.ts'
import { saveReport } from './report.ts'
import { resume } from './resume.ts'
import { run } from './run.ts'
import { runInAws, type RunInAwsOptions } from './runInAws.ts'

/** The structure of all commands; their words are in shared/locales, under the names of commands and options. */
export function buildProgram(chosen: ChosenLanguage): Command {
  const { t } = chosen
  const { findingCodes, positiveInteger, setting, transformInstance } = optionValues(t)

  function contextOf(command: Command): CommandContext {
    const { dataDir, json = false } = command.optsWithGlobals<{
      dataDir?: string
      json?: boolean
    }>()
    return {
      ...chosen,
      dataDirectoryOption: dataDir,
      json,
      print: (line) => process.stdout.write(`${line}\n`),
    }
  }

  const program = createProgram(t)
    .option('--data-dir <dir>')
    .option('--language <language>')
    .version(packageFacts.version)
    .showHelpAfterError()
    .exitOverride()

  const scanCommand = program
    .command('scan <file>')
    .option('--input <column>')
    .option('--output <column>')
  addDivisionOptions(scanCommand)
    .option('--json')
    .action((file: string, options: ScanOptions, command: Command) =>
      scan(contextOf(command), file, options),
    )

  program
    .command('fix <file>')
    .requiredOption('--out <file>')
    .option('--only <codes>', '', findingCodes)
    .option('--json')
    .action((file: string, options: { out: string; only?: FindingCode[] }, command: Command) =>
      fix(contextOf(command), file, options.out, options.only),
    )

  program
    .command('export-data <source>')
    .addOption(
      new Option('--format <format>').choices(dataFormatSchema.options).makeOptionMandatory(),
    )
    .requiredOption('--out <file>')
    .option('--input <column>')
    .option('--output <column>')
    .option('--system <text>')
    .option('--json')
    .action((source: string, options: ExportDataOptions, command: Command) =>
      exportData(contextOf(command), source, options),
    )

  const runCommand = program
    .command('run')
    .requiredOption('--data <file>')
    .requiredOption('--input <column>')
    .requiredOption('--output <column>')
    .requiredOption('--models <ids>')
    .option('--name <name>')
    .option('--epochs <n>', '', positiveInteger)
    .option('--learning-rate <x>')
    .option('--batch-size <n>', '', positiveInteger)
    .option('--seed <n>')
    .addOption(new Option('--set <name=value>').argParser(setting).default({}))
    .option('--prompt <text>', '', (text: string, before: string[]) => [...before, text], [])
    .option('--context <column>', '', (column: string, before: string[]) => [...before, column], [])

  addDivisionOptions(runCommand, usualSplit.validationFraction)
    .option('--json')
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
    .requiredOption('--model <name>')
    .requiredOption('--workspace <name>')
    .option('--number <n>', '', positiveInteger)
    .option('--candidates <ids>')
    .option('--models <ids>')
    .addOption(new Option('--set <name=value>').argParser(setting).default({}))
    .option('--machine <type>')
    .option('--spot')
    .option('--rows <n>', '', positiveInteger)
    .option('--accept-licences')
    .option('--yes')
    .option('--detach')
    .option('--json')
    .action((options: RunInAwsOptions, command: Command) => runInAws(contextOf(command), options))

  program
    .command('resume')
    .option('--json')
    .action((_options, command: Command) => resume(contextOf(command)))

  program
    .command('models')
    .option('--json')
    .action((_options, command: Command) => listModels(contextOf(command)))

  program
    .command('rename <model> <name>')
    .option('--json')
    .action((model: string, name: string, _options, command: Command) =>
      renameModel(contextOf(command), model, name),
    )

  program
    .command('add-model <source>')
    .option('--file <name>')
    .option('--json')
    .action((source: string, options: AddModelOptions, command: Command) =>
      addModel(contextOf(command), source, options),
    )

  program
    .command('remove-model <id>')
    .action((id: string, _options, command: Command) => removeModel(contextOf(command), id))

  program
    .command('ask <prompt>')
    .requiredOption('--candidate <id>')
    .option('--base')
    .option('--yes')
    .option('--json')
    .action((prompt: string, options: AskOptions & { candidate: string }, command: Command) =>
      ask(contextOf(command), options.candidate, prompt, options),
    )

  program
    .command('evaluate')
    .requiredOption('--candidate <id>')
    .option('--rows <n>', '', positiveInteger, String(defaultEvaluationRows))
    .option('--dataset <id>')
    .addOption(new Option('--set <name>').choices(builtInSetNames))
    .option('--robustness <n>', '', positiveInteger)
    .option('--stereotypes <n>', '', positiveInteger)
    .option('--no-base')
    .addOption(new Option('--judge [model]').preset(judgeModels[0]?.id).conflicts('base'))
    .addOption(new Option('--judge-prompt <file>').implies({ judge: judgeModels[0]?.id }))
    .option('--fmeval')
    .option('--workspace <name>')
    .option('--yes')
    .option('--json')
    .action((options: EvaluateOptions, command: Command) => evaluate(contextOf(command), options))

  program
    .command('get')
    .addArgument(new Argument('<name>').choices(gettable))
    .option('--from <path>')
    .option('--json')
    .action((name: Gettable, options: { from?: string }, command: Command) =>
      get(contextOf(command), name, options.from),
    )

  program
    .command('report')
    .requiredOption('--candidate <id>')
    .requiredOption('--out <file>')
    .action((options: { candidate: string; out: string }, command: Command) =>
      saveReport(contextOf(command), options.candidate, options.out),
    )

  program
    .command('batch')
    .requiredOption('--candidate <id>')
    .requiredOption('--data <file>')
    .requiredOption('--column <column>')
    .requiredOption('--out <file>')
    .option('--max-tokens <count>', '', positiveInteger, '120')
    .option('--transform <instance type>', '', transformInstance)
    .option('--yes')
    .option('--json')
    .action((options: BatchOptions, command: Command) => batch(contextOf(command), options))

  program
    .command('export')
    .requiredOption('--candidate <id>')
    .addOption(
      new Option('--format <format>').choices(exportFormatSchema.options).makeOptionMandatory(),
    )
    .requiredOption('--out <folder>')
    .option('--json')
    .action((options: { candidate: string; format: ExportFormat; out: string }, command: Command) =>
      exportModel(contextOf(command), options.candidate, options.format, options.out),
    )

  addDiskCommands(program, contextOf)

  program
    .command('engine')
    .option('--port <n>', '', '0')
    .action((options: { port: string }, command: Command) =>
      serveEngine(contextOf(command), Number(options.port)),
    )

  program
    .command('demo')
    .option('--epochs <n>', '', positiveInteger)
    .option('--report <file>')
    .action((options: { epochs?: string; report?: string }, command: Command) =>
      demo(contextOf(command), options),
    )
  giveWords(program, t)
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
