/** One dataset as it is open in the workbench: its edits, its view and what was searched for, all in step. */
import {
  historyOf,
  withEntry,
  type EditEntry,
  type EditHistory,
  type RowEdit,
} from '../../../shared/workbench/edits.ts'
import { Overlay } from '../../../shared/workbench/overlay.ts'
import type { WorkbenchState } from '../../../shared/workbench/view.ts'
import type { RowIndex } from '../rowIndex.ts'
import { RowView } from './rowView.ts'

export class OpenDataset {
  readonly datasetId: string
  readonly contentSha256: string
  readonly index: RowIndex
  overlay: Overlay
  view: RowView
  /** Rows that hold what was searched for, as places of the view, ascending. */
  found: readonly number[] = []
  /** Entries that the log had when it was read: another process may add to it. */
  logLength: number
  #history: EditHistory
  #viewVersion = 0

  constructor(
    datasetId: string,
    contentSha256: string,
    index: RowIndex,
    entries: readonly EditEntry[],
  ) {
    this.datasetId = datasetId
    this.contentSha256 = contentSha256
    this.index = index
    this.logLength = entries.length
    this.#history = historyOf(entries)
    this.overlay = this.#makeOverlay()
    this.view = new RowView(this.overlay, null)
  }

  get edits(): readonly RowEdit[] {
    return this.#history.done
  }

  get history(): EditHistory {
    return this.#history
  }

  /** An entry that is in the log. */
  apply(entry: EditEntry, logLength: number): void {
    const before = this.overlay.lastRow
    this.#history = withEntry(this.#history, entry)
    this.logLength = logLength
    this.found = []
    if (entry.kind === 'undo' || entry.kind === 'redo') {
      this.overlay = this.#makeOverlay()
      this.view = new RowView(this.overlay, null)
      this.#viewVersion += 1
      return
    }
    this.overlay.apply(entry)
    if (entry.kind === 'delete') this.view.dropDeleted()
    if (entry.kind === 'add' || entry.kind === 'paste') {
      const added = Array.from({ length: entry.rows.length }, (_, index) => before + index + 1)
      this.view.append(added)
    }
  }

  /** @param rows null shows all */
  show(rows: Uint32Array | null): void {
    this.view = new RowView(this.overlay, rows)
    this.#viewVersion += 1
    this.found = []
  }

  state(): WorkbenchState {
    const { done, undone } = this.#history
    return {
      datasetId: this.datasetId,
      columns: [...this.index.columns],
      revision: `${this.contentSha256.slice(0, 12)}.${this.logLength}.${this.#viewVersion}`,
      shownCount: this.view.length,
      rowCount: this.overlay.rowCount,
      excludedCount: this.overlay.excluded.size,
      editCount: done.filter(({ kind }) => kind !== 'exclude').length,
      canUndo: done.length > 0,
      canRedo: undone.length > 0,
      nextUndo: done.at(-1)?.kind ?? null,
      nextRedo: undone.at(-1)?.kind ?? null,
    }
  }

  #makeOverlay(): Overlay {
    return new Overlay(this.index.rowCount, this.index.columns.length, this.#history.done)
  }
}
