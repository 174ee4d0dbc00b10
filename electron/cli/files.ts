/** `timbre scan` and `timbre fix`: files in place, without a data folder. */
import type { Finding, FindingCode } from '../../shared/dataset.ts'
import { fixFile, scanFile } from '../dataset/scanFile.ts'
import type { Translate } from '../translate.ts'
import type { CommandContext } from './commandContext.ts'

const shownLines = 8

export async function scan({ t, json, print }: CommandContext, file: string): Promise<void> {
  const report = await scanFile(file)
  if (json) {
    print(
      JSON.stringify({
        file,
        rows: report.rowCount,
        usableRows: report.usableRowCount,
        columns: report.columns,
        findings: report.findings.map(findingDocument),
        advice: report.advice.map(findingDocument),
      }),
    )
    return
  }
  if (report.findings.length === 0) print(t('cli:scan.clean', { rows: report.rowCount }))
  for (const finding of [...report.findings, ...report.advice]) print(describeFinding(t, finding))
  print(
    t('cli:scan.summary', {
      rows: report.rowCount,
      usable: report.usableRowCount,
      columns: report.columns.join(', '),
    }),
  )
}

export async function fix(
  { t, json, print }: CommandContext,
  file: string,
  out: string,
  only: readonly FindingCode[] | undefined,
): Promise<void> {
  const { before, after, counts } = await fixFile(file, out, only)
  if (json) {
    print(
      JSON.stringify({
        out,
        usableRowsBefore: before.usableRowCount,
        usableRowsAfter: after.usableRowCount,
        fixed: Object.fromEntries(counts),
      }),
    )
    return
  }
  for (const [code, count] of counts) print(t(`findings:${code}.done`, { count }))
  print(
    t('cli:fix.wrote', { path: out, before: before.usableRowCount, after: after.usableRowCount }),
  )
}

function findingDocument({ code, severity, count, fixable, examples }: Finding) {
  const [first] = examples
  return {
    code,
    severity,
    count,
    fixable,
    row: first?.row ?? null,
    line: first?.line ?? null,
    column: first?.column ?? null,
    example: first?.before ?? null,
    places: examples.map(({ row, line, column }) => ({ row, line, column })),
  }
}

function describeFinding(t: Translate, finding: Finding): string {
  const lines = [...new Set(finding.examples.map((example) => example.line))]
  const shown = lines.slice(0, shownLines).join(', ') + (lines.length > shownLines ? ' …' : '')
  const fixable = finding.fixable ? ` (${t('cli:scan.fixable')})` : ''
  const title = t(`findings:${finding.code}.title`, { count: finding.count })
  if (lines.length === 0) return `${finding.severity.padEnd(8)}${title}`
  return `${finding.severity.padEnd(8)}${title}: ${t('cli:scan.lines', { lines: shown })}${fixable}`
}
