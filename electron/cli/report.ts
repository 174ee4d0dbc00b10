/** `timbre report`: a candidate's report as a file. */
import path from 'node:path'
import { writeFileWhole } from '../dataset/content.ts'
import { withServices, type CommandContext } from './commandContext.ts'

export function saveReport(
  context: CommandContext,
  candidateId: string,
  out: string,
): Promise<void> {
  return withServices(context, async (services) => {
    await services.engine.start()
    const html = await services.report(candidateId)
    await writeFileWhole(path.resolve(out), [Buffer.from(html)])
    context.print(context.t('cli:report.wrote', { path: path.resolve(out) }))
  })
}
