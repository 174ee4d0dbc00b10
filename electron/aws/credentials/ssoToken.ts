/** A session at IAM Identity Center, and the file in which AWS's own tools and SDKs share it. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { getSSOTokenFilepath } from '@smithy/core/config'
import { z } from 'zod'

/** In the command line's own layout. */
export const ssoTokenSchema = z.object({
  startUrl: z.string(),
  region: z.string(),
  accessToken: z.string(),
  /** ISO 8601. */
  expiresAt: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  registrationExpiresAt: z.string(),
  refreshToken: z.string().optional(),
})
export type SsoToken = z.infer<typeof ssoTokenSchema>

/**
 * Where the SDK looks for a profile's session, so that signing in here also signs in the command line.
 *
 * @param key the name of the sso-session, or the start page's address in the older layout
 */
export async function shareSsoToken(key: string, token: SsoToken): Promise<void> {
  const file = getSSOTokenFilepath(key)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}.part`
  await rm(temporary, { force: true })
  await writeFile(temporary, `${JSON.stringify(token, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(temporary, file)
}
