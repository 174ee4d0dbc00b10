/** The active cell and the rows from the anchor to it. */
import type { Cell } from './gridKeys.ts'

export interface Selection {
  readonly active: Cell
  /** Where the selection of rows began. */
  readonly anchor: number
}

export const firstCell: Selection = { active: { place: 0, column: 0 }, anchor: 0 }

export function selectedPlaces({ active, anchor }: Selection): { from: number; to: number } {
  return { from: Math.min(anchor, active.place), to: Math.max(anchor, active.place) }
}

/** Within what is shown, after rows have gone. */
export function clamped({ active, anchor }: Selection, rowCount: number): Selection {
  const within = (place: number) => Math.min(place, Math.max(0, rowCount - 1))
  return { active: { ...active, place: within(active.place) }, anchor: within(anchor) }
}
