#!/usr/bin/env node
/** The command line: the same services as the window, for scripts and for servers. */
import { CommanderError } from 'commander'
import { toAppError } from '../../shared/errors.ts'
import { describeError } from '../translate.ts'
import { chooseLanguage } from './chooseLanguage.ts'
import { interruptedExitCode } from './interruption.ts'
import { buildProgram } from './program.ts'

async function main(): Promise<number> {
  const language = chooseLanguage(process.argv.slice(2), process.env)
  const program = buildProgram(language)
  try {
    await program.parseAsync()
    return 0
  } catch (error) {
    // Commander has printed its own message; help asked for is no failure.
    if (error instanceof CommanderError) return error.exitCode
    const { t } = language
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
