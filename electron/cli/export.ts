/** `timbre export`: a candidate as files that other programs read. */
import path from 'node:path'
import type { ExportFormat } from '../../shared/modelExport.ts'
import { withServices, type CommandContext } from './commandContext.ts'

export function exportModel(
  context: CommandContext,
  candidateId: string,
  format: ExportFormat,
  out: string,
): Promise<void> {
  const { t, print, json } = context
  return withServices(context, async (services) => {
    await services.engine.start()
    const exported = await services.exportCandidate(candidateId, format, path.resolve(out))
    if (json) {
      print(JSON.stringify(exported))
      return
    }
    print(t('cli:export.wrote', { directory: exported.directory }))
    if (exported.asked > 0)
      print(t('cli:export.equal', { equal: exported.equalAnswers, asked: exported.asked }))
  })
}
