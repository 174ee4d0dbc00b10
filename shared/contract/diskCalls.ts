/** What takes space, and the bin. Each change answers with the ledger as it is afterwards. */
import { z } from 'zod'
import { diskCacheSchema, diskItemRefSchema, diskLedgerSchema } from '../diskLedger.ts'

export const diskCalls = {
  'disk.describe': { input: z.null(), output: diskLedgerSchema },
  /** Into the bin. A model's open trainings are stopped. Refused with InUse while it is being trained or trained on. */
  'disk.delete': { input: diskItemRefSchema, output: diskLedgerSchema },
  /** Out of the bin, as it was. */
  'disk.restore': { input: diskItemRefSchema, output: diskLedgerSchema },
  /** For good; only what is in the bin. */
  'disk.erase': { input: diskItemRefSchema, output: diskLedgerSchema },
  'disk.emptyBin': { input: z.null(), output: diskLedgerSchema },
  'disk.clear': { input: z.object({ cache: diskCacheSchema }), output: diskLedgerSchema },
} as const
