/** What a workspace keeps secret, each in an encrypted file of its own. It leaves this folder for the SDK alone. */
import path from 'node:path'
import type { z } from 'zod'
import { accessKeysSchema, type AccessKeys } from '../../shared/workspace.ts'
import { ssoTokenSchema, type SsoToken } from '../aws/credentials/ssoToken.ts'
import {
  createSecretFile,
  type KeyStore,
  type SecretFile,
  type SecretState,
} from '../secrets/secretFile.ts'

export interface Secret<T> {
  /** Null where there is none that can be read here. */
  read(): Promise<T | null>
  write(value: T): Promise<void>
  remove(): Promise<void>
  describe(): Promise<SecretState>
}

export interface WorkspaceSecrets {
  /** Typed in. */
  readonly keys: Secret<AccessKeys>
  /** The session at IAM Identity Center, where the workspace names its start page itself. */
  readonly ssoToken: Secret<SsoToken>
}

/** @returns the same secrets for the same workspace: without a key store they live in memory only */
export function createWorkspaceSecrets(
  directory: string,
  keyStore: () => KeyStore | null,
): (workspaceId: string) => WorkspaceSecrets {
  const known = new Map<string, WorkspaceSecrets>()
  return (workspaceId) => {
    const current = known.get(workspaceId)
    if (current) return current
    const file = (extension: string) =>
      createSecretFile(path.join(directory, `${workspaceId}.${extension}`), keyStore)
    const made: WorkspaceSecrets = {
      keys: typedSecret(file('keys'), accessKeysSchema),
      ssoToken: typedSecret(file('session'), ssoTokenSchema),
    }
    known.set(workspaceId, made)
    return made
  }
}

function typedSecret<T>(file: SecretFile, schema: z.ZodType<T>): Secret<T> {
  return {
    async read() {
      const text = await file.read()
      return text === null ? null : schema.parse(JSON.parse(text))
    },
    write: (value) => file.write(JSON.stringify(value)),
    remove: () => file.remove(),
    describe: () => file.describe(),
  }
}
