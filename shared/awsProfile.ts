/** A profile of AWS's shared config files, without its secrets. */
import { z } from 'zod'

export const profileSchema = z.object({
  name: z.string(),
  /** incomplete: nothing in it says where credentials come from. */
  kind: z.enum(['keys', 'sso', 'role', 'process', 'webIdentity', 'login', 'incomplete']),
  region: z.string().nullable(),
  /** Of it and of the profiles that it takes its credentials from. */
  mfaSerials: z.array(z.string()),
  sso: z
    .object({
      /** Null in the older layout, where each profile names its start page itself. */
      sessionName: z.string().nullable(),
      startUrl: z.string(),
      region: z.string(),
      scopes: z.array(z.string()),
    })
    .nullable(),
})
export type Profile = z.infer<typeof profileSchema>
