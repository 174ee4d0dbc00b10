/** Calls and events about the base models of an account at AWS and their licences. */
import { z } from 'zod'
import { priceListSchema } from '../cost.ts'
import { cutRowsRequestSchema, cutRowsSchema } from '../cutRows.ts'
import { appErrorDataSchema } from '../errors.ts'
import { baseModelSchema } from '../model.ts'
import { trainingWaySchema } from '../trainingWay.ts'
import { call } from './call.ts'

const ofBaseModel = z.object({ workspaceId: z.string(), baseModelId: z.string().max(200) })

export const licenceTextSchema = z.object({
  text: z.string(),
  textSha256: z.string(),
  acceptedAtMs: z.number().nullable(),
})

export const catalogCalls = {
  /** Without cards and forms; the first time it may take a minute, of which `catalog.progressed` tells. */
  'catalog.list': call(
    z.object({ workspaceId: z.string() }),
    z.object({
      baseModels: z.array(baseModelSchema),
      /** Ways that could not be asked. */
      failures: z.array(z.object({ way: trainingWaySchema, error: appErrorDataSchema })),
    }),
  ),
  /** With its card and its form. */
  'catalog.describe': call(ofBaseModel, baseModelSchema),
  /** Of training machines, in the account's region. */
  'catalog.prices': call(z.object({ workspaceId: z.string() }), priceListSchema),
  /** Rows of a version that another base model would not read whole, page by page. */
  'move.cutRows': call(cutRowsRequestSchema, cutRowsSchema),
  /** Null: it asks for none. */
  'licence.read': call(ofBaseModel, licenceTextSchema.nullable()),
  /** The text that was shown, by its hash. */
  'licence.accept': call(ofBaseModel.extend({ textSha256: z.string() }), licenceTextSchema),
} as const

export const catalogEvents = {
  'catalog.progressed': z.object({ read: z.number().int(), total: z.number().int() }),
} as const
