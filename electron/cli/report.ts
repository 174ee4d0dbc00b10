/** `timbre report`: a candidate's report as a file. */
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { writeFileWhole } from '../dataset/content.ts'
import { evaluationDocument } from '../evaluation/report/evaluationDocument.ts'
import { withServices, type CommandContext } from './commandContext.ts'

/** A PDF needs the window's own printing. */
export function saveReport(
  context: CommandContext,
  candidateId: string,
  out: string,
): Promise<void> {
  const file = path.resolve(out)
  const extension = path.extname(file).toLowerCase()
  return withServices(context, async (services) => {
    if (extension === '.pdf')
      throw new AppError('ReportNotPrintable', 'A PDF is printed by the window', {
        details: { path: file },
      })
    const evaluation =
      extension === '.json' ? services.evaluation.evaluator.latest(candidateId) : null
    if (evaluation === null) await services.engine.start()
    const content = evaluation ? evaluationDocument(evaluation) : await services.report(candidateId)
    await writeFileWhole(file, [Buffer.from(content)])
    context.print(context.t('cli:report.wrote', { path: file }))
  })
}
