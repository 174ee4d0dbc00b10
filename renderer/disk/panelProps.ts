import type { DiskItemRef, DiskLedger } from '../../shared/diskLedger.ts'
import type { DiskChange } from './diskQueries.ts'

export interface PanelProps {
  readonly ledger: DiskLedger
  readonly onChange: (change: DiskChange) => void
  /** What is being done now; everything else waits for it. */
  readonly pending: DiskChange | null | undefined
}

export function isPendingFor(pending: PanelProps['pending'], { kind, id }: DiskItemRef): boolean {
  return (
    pending !== null &&
    pending !== undefined &&
    'item' in pending &&
    pending.item.kind === kind &&
    pending.item.id === id
  )
}
