/** Scanning and fixing a file in place of a dataset: what the command line offers without a data folder. */
import * as fs from 'node:fs/promises'
import { basename } from 'node:path'
import { findingCodeSchema, type FindingCode, type ScanReport } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { writeFileWhole } from './content.ts'
import { applyFixes } from './fix.ts'
import { unreadableRows } from './findings.ts'
import { openSource } from './intake/source.ts'
import { scanTable } from './scan.ts'
import { aboutFile } from './sourceFile.ts'

export interface FileFix {
  /** Of the file as it was. */
  readonly before: ScanReport
  /** Of the file that was written. */
  readonly after: ScanReport
  /** Places changed per finding. */
  readonly counts: ReadonlyMap<FindingCode, number>
}

/** @throws AppError of `openSource` and `scanTable`, NoDataRows */
export async function scanFile(path: string, signal?: AbortSignal): Promise<ScanReport> {
  const source = await openSource(path, {}, signal ? { signal } : {}).catch((error: unknown) => {
    throw aboutFile(error, basename(path))
  })
  try {
    const options = { encoding: source.encoding, ...(signal && { signal }) }
    const { report } = await scanTable(source.chunks(), options)
    requireRows(report)
    const { count, first } = source.faults
    if (count === 0) return report
    return { ...report, findings: [unreadableRows(count, first), ...report.findings] }
  } catch (error) {
    throw aboutFile(error, source.name)
  } finally {
    await source.close()
  }
}

/**
 * Writes a repaired copy as delimited text; the file itself stays as it is.
 *
 * @param codes what to repair; everything that can be repaired when left out
 * @throws AppError InvalidRequest when both paths are the same file; those of `scanFile`; DiskFull,
 *   DataDirectoryUnusable
 */
export async function fixFile(
  path: string,
  outPath: string,
  codes: readonly FindingCode[] = findingCodeSchema.options,
): Promise<FileFix> {
  const before = await scanFile(path)
  if (await isSameFile(path, outPath)) {
    throw new AppError('InvalidRequest', 'The repaired copy needs a path of its own', {
      details: { path },
    })
  }
  const source = await openSource(path)
  try {
    const run = applyFixes(source.chunks(), harmless(codes, before), source.encoding)
    await writeFileWhole(outPath, run.chunks)
    const after = await scanFile(outPath)
    return { before, after, counts: run.counts }
  } finally {
    await source.close()
  }
}

/** @throws AppError NoDataRows when there is a header only */
export function requireRows(report: ScanReport): ScanReport {
  if (report.rowCount > 0) return report
  throw new AppError('NoDataRows', 'The file has a header, but no rows', {
    details: { columns: report.columns.join(', ') },
  })
}

/** The codes without those whose repair would destroy this file's text. */
export function harmless(codes: readonly FindingCode[], report: ScanReport): Set<FindingCode> {
  const harmful = report.findings.filter(({ fixable }) => !fixable).map(({ code }) => code)
  return new Set(codes.filter((code) => !harmful.includes(code)))
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => fs.stat(path).catch(() => null)))
  return !!a && !!b && a.ino === b.ino && a.dev === b.dev
}
