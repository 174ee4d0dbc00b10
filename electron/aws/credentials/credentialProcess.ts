/** Runs a command that prints credentials, as `credential_process` of the shared config does. */
import { exec } from 'node:child_process'
import type { AwsCredentialIdentity } from '@smithy/types'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'

/** Some of these commands open a browser and wait for a person. */
const timeoutMs = 120_000

/** Source: "Sourcing credentials with an external process", AWS SDKs and Tools reference. */
const outputSchema = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().optional(),
  Expiration: z.coerce.date().optional(),
})

/**
 * The command is the user's own and runs in the system's shell, as AWS's tools run it. What it prints never reaches a
 * message: it may hold secrets.
 *
 * @throws AppError CredentialsMissing
 */
export async function runCredentialProcess(command: string): Promise<AwsCredentialIdentity> {
  const output = await new Promise<string>((resolve, reject) => {
    exec(command, { timeout: timeoutMs, windowsHide: true }, (error, stdout) => {
      if (error)
        reject(refused(`the command ended with ${error.code ?? error.signal ?? 'an error'}`))
      else resolve(stdout)
    })
  })
  const parsed = outputSchema.safeParse(readJson(output))
  if (!parsed.success) throw refused('the command did not print credentials as JSON, Version 1')
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = parsed.data
  if (Expiration && Expiration.getTime() <= Date.now())
    throw refused('the command printed credentials that have expired')
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken !== undefined && { sessionToken: SessionToken }),
    ...(Expiration !== undefined && { expiration: Expiration }),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function refused(reason: string): AppError {
  return new AppError('CredentialsMissing', `The credential process failed: ${reason}`, {
    details: { reason },
  })
}
