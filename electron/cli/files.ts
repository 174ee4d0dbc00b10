/** `timbre scan` and `timbre fix`: files in place, without a data folder. */
import type { Finding, FindingCode, ScanReport } from '../../shared/dataset.ts'
import { splitSeed } from '../../shared/workbench/splitChoice.ts'
import { leakageFinding } from '../../shared/workbench/splitLeakage.ts'
import type { SplitPreview } from '../../shared/workbench/splitPlan.ts'
import { columnIndex } from '../dataset/rowCheck.ts'
import { fixFile, scanFile } from '../dataset/scanFile.ts'
import { previewFileSplit } from '../dataset/split/splitFile.ts'
import type { Translate } from '../translate.ts'
import type { CommandContext } from './commandContext.ts'
import { divisionOf, type DivisionOptions, type FileDivision } from './division.ts'

const shownLines = 8

export interface ScanOptions extends DivisionOptions {
  readonly input?: string
  readonly output?: string
}

/** With the leakage of the split that is asked for, if any. */
export async function scan(
  { t, json, print }: CommandContext,
  file: string,
  options: ScanOptions = {},
): Promise<void> {
  const division = divisionOf(options)
  const scanned = await scanFile(file)
  for (const column of [options.input, options.output])
    if (column !== undefined) columnIndex(scanned.columns, column)
  const preview = division && (await lookAtSplit(file, scanned, division, options))
  const leakage = division && preview && leakageFinding(preview, division.split)
  const report = leakage ? { ...scanned, findings: [...scanned.findings, leakage] } : scanned
  if (json) {
    print(
      JSON.stringify({
        file,
        rows: report.rowCount,
        usableRows: report.usableRowCount,
        columns: report.columns,
        findings: report.findings.map(findingDocument),
        advice: report.advice.map(findingDocument),
        ...(preview && { split: splitDocument(preview) }),
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
  if (preview)
    print(
      t('cli:run.rows', { training: preview.trainingCount, validation: preview.validationCount }),
    )
}

/** @throws AppError ColumnNotFound, SplitImpossible, NothingToValidate */
async function lookAtSplit(
  file: string,
  { suggestedRoles, columns: [first = '', second = ''] }: ScanReport,
  { split, validationFraction }: FileDivision,
  { input, output }: ScanOptions,
): Promise<SplitPreview> {
  const roles = suggestedRoles ?? { question: first, answer: second }
  const columns = { question: input ?? roles.question, answer: output ?? roles.answer }
  return previewFileSplit(file, { columns, validationFraction, splitSeed, split })
}

function splitDocument({
  trainingCount: trainingRows,
  validationCount: validationRows,
  groupCount: groups,
  leakage: { same, similar },
}: SplitPreview) {
  return { trainingRows, validationRows, groups, leakage: { same, similar } }
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
  const title = t(`findings:${finding.code}.title`, { count: finding.count })
  const text = lines.length === 0 ? title : t('cli:scan.lines', { title, lines: shown })
  const way = t(`cli:scan.${finding.code === 'split-leakage' ? 'keepApart' : 'fixable'}`)
  const severity = t(`cli:scan.severity.${finding.severity}`).padEnd(8)
  return `${severity}${finding.fixable ? t('cli:scan.way', { text, way }) : text}`
}
