/** `timbre report`: a candidate's report as a file. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { withServices, type CommandContext } from './commandContext.ts'

export function saveReport(
  context: CommandContext,
  candidateId: string,
  out: string,
): Promise<void> {
  return withServices(context, async (services) => {
    await services.engine.start()
    await writeFile(out, await services.report(candidateId))
    context.print(context.t('cli:report.wrote', { path: path.resolve(out) }))
  })
}
