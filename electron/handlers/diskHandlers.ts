/** What takes space, and the bin. */
import type { DiskCache } from '../../shared/diskLedger.ts'
import type { DiskService } from '../disk/diskService.ts'

export function diskHandlers(disk: DiskService) {
  return {
    'disk.describe': () => disk.describe(),
    'disk.delete': disk.delete,
    'disk.restore': disk.restore,
    'disk.erase': disk.erase,
    'disk.emptyBin': () => disk.emptyBin(),
    'disk.clear': ({ cache }: { cache: DiskCache }) => disk.clear(cache),
  }
}
