/** What the bar is made of. */
import type { DiskItemKind, DiskLedger } from '../../shared/diskLedger.ts'

export type ShareName =
  'datasets' | 'baseModels' | 'models' | 'evaluation' | 'caches' | 'bin' | 'other'

/** Of the data folder, in bytes; shares of nothing are left out. */
export function spaceShares(
  ledger: DiskLedger,
): { readonly name: ShareName; readonly bytes: number }[] {
  const ofKinds = (...kinds: DiskItemKind[]) =>
    ledger.items
      .filter(({ kind }) => kinds.includes(kind))
      .reduce((sum, { freesBytes }) => sum + freesBytes, 0)
  const total = (sizes: readonly number[]) => sizes.reduce((sum, bytes) => sum + bytes, 0)
  const shares: { name: ShareName; bytes: number }[] = [
    { name: 'models', bytes: ofKinds('candidate', 'checkpoint') },
    { name: 'baseModels', bytes: ofKinds('baseModel') },
    { name: 'datasets', bytes: ofKinds('dataset') },
    { name: 'evaluation', bytes: ofKinds('scoringModel', 'evaluationSet') },
    { name: 'caches', bytes: total(ledger.caches.map(({ sizeBytes }) => sizeBytes)) },
    { name: 'bin', bytes: total(ledger.bin.map(({ freesBytes }) => freesBytes)) },
    { name: 'other', bytes: ledger.otherBytes },
  ]
  return shares.filter(({ bytes }) => bytes > 0)
}
