/** A sign-in to AWS that is going on, as the window shows it. */
import { z } from 'zod'
import type { AppErrorData } from './errors.ts'
import type { CredentialSource } from './workspace.ts'

export const signInStateSchema = z.object({
  workspaceId: z.string(),
  /** browser, code: waiting for the person there. */
  step: z.enum(['starting', 'browser', 'code', 'ended']),
  /** To be compared with what the browser shows. */
  userCode: z.string().nullable(),
  url: z.string().nullable(),
})
export type SignInState = z.infer<typeof signInStateSchema>

export const mfaQuestionSchema = z.object({
  requestId: z.string(),
  workspaceId: z.string(),
  /** Of the device: its ARN, or the number on its back. */
  serial: z.string(),
})
export type MfaQuestion = z.infer<typeof mfaQuestionSchema>

export const mfaCodeSchema = z
  .string()
  .trim()
  .regex(/^\d{6}$/)

/** Whether a person who signs in mends this; keys, a command and the environment have no page to sign in at. */
export function canSignIn(source: CredentialSource, error: AppErrorData | null): boolean {
  const hasPage = source.kind === 'profile' || source.kind === 'sso' || source.kind === 'role'
  return hasPage && error?.code === 'SignInExpired'
}
