/** How rows are to be divided, as `run` and `scan` are told it. */
import { Option, type Command } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { usualSplit, type SplitPlan } from '../../shared/workbench/splitChoice.ts'
import { withoutLeakage } from '../../shared/workbench/splitLeakage.ts'

export interface DivisionOptions {
  /** A share, or a file; neither where no split was asked for. */
  readonly validation?: string
  readonly group?: string
  readonly stratify?: boolean
  readonly keepApart?: boolean
}

/** A plan whose validation file, if it has one, is named by its path for both. */
export interface FileDivision {
  readonly validationFraction: number
  readonly split: SplitPlan
}

/** @param share the validation share where none is given; no split is made then when left out */
export function addDivisionOptions(command: Command, share?: number): Command {
  return command
    .option('--validation <share>', '', share === undefined ? undefined : String(share))
    .addOption(new Option('--group <column>').conflicts('stratify'))
    .option('--stratify')
    .option('--keep-apart')
}

/**
 * @returns null where none was asked for
 * @throws AppError InvalidRequest when a validation file leaves nothing to divide by group or topic, or it is no share
 */
export function divisionOf({
  validation,
  group,
  stratify = false,
  keepApart = false,
}: DivisionOptions): FileDivision | null {
  if (validation === undefined && group === undefined && !stratify && !keepApart) return null
  const { validationFraction: usualShare } = usualSplit
  const share = validation === undefined ? usualShare : shareOf(validation)
  const isShare = !Number.isNaN(share)
  if (!isShare && (group !== undefined || stratify))
    throw invalid('--group and --stratify divide one file: give --validation a share with them')
  if (isShare && (share < 0.05 || share > 0.5))
    throw invalid('--validation is a share from 0.05 to 0.5, or a file')
  const choice = {
    validationFraction: isShare ? share : usualShare,
    sampleRows: null,
    split: planOf(isShare ? undefined : validation, group, stratify),
  }
  const { split, validationFraction } = keepApart ? withoutLeakage(choice) : choice
  return { split, validationFraction }
}

/** 0.2 or 20%; NaN for what is no number. */
function shareOf(text: string): number {
  const percent = /^(.+)%$/.exec(text.trim())?.[1]
  return percent === undefined ? Number(text) : Number(percent) / 100
}

function planOf(file: string | undefined, group: string | undefined, stratify: boolean): SplitPlan {
  if (file !== undefined) return { kind: 'file', datasetId: file, contentSha256: file }
  if (group !== undefined) return { kind: 'group', column: group }
  return { kind: stratify ? 'topic' : 'random' }
}

function invalid(message: string): AppError {
  return new AppError('InvalidRequest', message, { details: { message } })
}
