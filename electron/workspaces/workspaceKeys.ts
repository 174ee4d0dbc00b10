/** Keys that were typed in, one encrypted file for each workspace. They leave this folder for the SDK alone. */
import path from 'node:path'
import { accessKeysSchema, type AccessKeys, type KeysState } from '../../shared/workspace.ts'
import { createSecretFile, type KeyStore, type SecretFile } from '../secrets/secretFile.ts'

export interface WorkspaceKeys {
  /** Null where none are kept. */
  get(workspaceId: string): Promise<AccessKeys | null>
  set(workspaceId: string, keys: AccessKeys): Promise<void>
  remove(workspaceId: string): Promise<void>
  describe(workspaceId: string): Promise<KeysState>
}

export function createWorkspaceKeys(
  directory: string,
  keyStore: () => KeyStore | null,
): WorkspaceKeys {
  const files = new Map<string, SecretFile>()
  function fileOf(workspaceId: string): SecretFile {
    const known = files.get(workspaceId)
    if (known) return known
    const file = createSecretFile(path.join(directory, `${workspaceId}.keys`), keyStore)
    files.set(workspaceId, file)
    return file
  }

  return {
    async get(workspaceId) {
      const text = await fileOf(workspaceId).read()
      return text === null ? null : accessKeysSchema.parse(JSON.parse(text))
    },
    set: (workspaceId, keys) => fileOf(workspaceId).write(JSON.stringify(keys)),
    remove: (workspaceId) => fileOf(workspaceId).remove(),
    describe: (workspaceId) => fileOf(workspaceId).describe(),
  }
}
