/** Files that were dropped together, and what of them is still to be chosen before any is imported. */
import type { ImportChoice } from '../../shared/dataset.ts'
import type { ImportFile } from '../../shared/imports.ts'

export interface DroppedFile {
  /** The same path can be dropped twice. */
  readonly id: string
  readonly path: string
  /** Its sheets, or its files; null when it couldn't be looked into, which its import will explain. */
  readonly parts: ImportFile | null
  readonly choice?: ImportChoice
}

export interface FileToAsk extends DroppedFile {
  readonly parts: ImportFile
}

/** The first in the order dropped that has several parts and no choice yet; undefined when all can be imported. */
export function nextToAsk(files: readonly DroppedFile[]): FileToAsk | undefined {
  return files.find(
    (file): file is FileToAsk =>
      !file.choice &&
      file.parts !== null &&
      (file.parts.sheets.length > 1 || file.parts.entries.length > 1),
  )
}

/** The files in their order, with the choice for one of them; a null leaves that one out. */
export function withChoice(
  files: readonly DroppedFile[],
  id: string,
  choice: ImportChoice | null,
): readonly DroppedFile[] {
  if (!choice) return files.filter((file) => file.id !== id)
  return files.map((file) => (file.id === id ? { ...file, choice } : file))
}
