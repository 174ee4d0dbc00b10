/** The workspaces: this computer, and the accounts at AWS that the analyst added. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import type { Profile } from '../../shared/awsProfile.ts'
import {
  localWorkspaceId,
  type AccessKeys,
  type AwsWorkspace,
  type KeysState,
  type Workspace,
  type WorkspaceDraft,
} from '../../shared/workspace.ts'
import { createAccountAccess, type AccountAccess } from '../aws/credentials/accountAccess.ts'
import { listProfiles } from '../aws/credentials/sharedConfig.ts'
import type { LocalTarget } from '../aws/target.ts'
import type { WorkspaceTarget } from '../aws/workspace.ts'
import { listOpenCandidatesIn } from '../db/candidates.ts'
import type { WritableDb } from '../db/database.ts'
import { getSettings, updateSettings } from '../db/settings.ts'
import {
  deleteWorkspace,
  getAwsWorkspace,
  insertWorkspace,
  listAwsWorkspaces,
  updateWorkspace,
} from '../db/workspaces.ts'
import type { Settings } from '../../shared/settings.ts'
import type { KeyStore } from '../secrets/secretFile.ts'
import { createWorkspaceSecrets } from './workspaceSecrets.ts'

export interface WorkspacesOptions {
  readonly db: WritableDb
  /** Holds the encrypted keys. */
  readonly directory: string
  readonly keyStore: () => KeyStore | null
  readonly localTarget: () => Promise<LocalTarget>
  readonly publish: {
    (event: 'workspaces.changed', workspaces: Workspace[]): void
    (event: 'settings.changed', settings: Settings): void
  }
  readonly now: () => number
}

export interface Workspaces {
  /** This computer first. */
  list(): Workspace[]
  /** @throws AppError WorkspaceNotFound */
  get(id: string): Workspace
  /** @throws AppError WorkspaceNameTaken */
  create(draft: WorkspaceDraft): AwsWorkspace
  /** @throws AppError WorkspaceNotFound, WorkspaceNameTaken */
  update(id: string, draft: WorkspaceDraft): AwsWorkspace
  /** What was trained in it stays in the history. @throws AppError WorkspaceNotFound, WorkspaceInUse */
  delete(id: string): Promise<void>
  /** Where the next training goes. @throws AppError WorkspaceNotFound */
  select(id: string): void
  /** Of AWS's shared config files. */
  listProfiles(): Promise<Profile[]>
  setKeys(id: string, keys: AccessKeys): Promise<KeysState>
  removeKeys(id: string): Promise<KeysState>
  describeKeys(id: string): Promise<KeysState>
  /** The same object while nothing changed. @throws AppError WorkspaceNotFound, EngineUnavailable */
  target(id: string): Promise<WorkspaceTarget>
  /** @throws AppError WorkspaceNotFound */
  access(id: string): Promise<AccountAccess>
}

interface Known {
  readonly access: AccountAccess
  readonly target: WorkspaceTarget
}

export function createWorkspaces(options: WorkspacesOptions): Workspaces {
  const { db, now } = options
  const secretsOf = createWorkspaceSecrets(options.directory, options.keyStore)
  const known = new Map<string, Promise<Known>>()
  let local: WorkspaceTarget | null = null

  const list = (): Workspace[] => [
    { id: localWorkspaceId, kind: 'local' },
    ...listAwsWorkspaces(db),
  ]
  /** From here on clients are made anew. */
  function changed(id: string): void {
    known.delete(id)
    options.publish('workspaces.changed', list())
  }

  async function localTarget(): Promise<WorkspaceTarget> {
    const target = await options.localTarget()
    if (local?.target !== target) {
      local = {
        target,
        executionRoleArn: null,
        bucket: null,
        prefix: 'timbre',
        kmsKeyArn: null,
        vpc: null,
        tags: [],
      }
    }
    return local
  }

  function know(id: string): Promise<Known> {
    const current = known.get(id)
    if (current) return current
    const made = make(getAwsWorkspace(db, id))
    known.set(id, made)
    made.catch(() => known.delete(id))
    return made
  }

  async function make(workspace: AwsWorkspace): Promise<Known> {
    const { id, region, endpoints } = workspace
    const network = {
      proxyUrl: workspace.proxyUrl,
      certificateAuthorities: await readCertificates(workspace.caBundlePath),
    }
    const access = createAccountAccess({
      source: workspace.credentials,
      region,
      endpoints,
      network,
      readKeys: () => secretsOf(id).keys.read(),
      ssoToken: secretsOf(id).ssoToken,
      now,
    })
    const { executionRoleArn, bucket, prefix, kmsKeyArn, vpc, tags } = workspace
    return {
      access,
      target: {
        target: { kind: 'aws', region, endpoints, network, credentials: () => access.get() },
        executionRoleArn,
        bucket,
        prefix,
        kmsKeyArn,
        vpc,
        tags,
      },
    }
  }

  return {
    list,
    get: (id) =>
      id === localWorkspaceId ? { id: localWorkspaceId, kind: 'local' } : getAwsWorkspace(db, id),
    create(draft) {
      const workspace = insertWorkspace(db, { id: randomUUID(), createdAtMs: now(), draft })
      changed(workspace.id)
      return workspace
    },
    update(id, draft) {
      const workspace = updateWorkspace(db, id, draft)
      changed(id)
      return workspace
    },
    async delete(id) {
      const { name } = getAwsWorkspace(db, id)
      if (listOpenCandidatesIn(db, id).length > 0)
        throw new AppError('WorkspaceInUse', `Trainings go on in ${name}`, { details: { name } })
      await secretsOf(id).keys.remove()
      await secretsOf(id).ssoToken.remove()
      deleteWorkspace(db, id)
      if (getSettings(db).workspaceId === id) this.select(localWorkspaceId)
      changed(id)
    },
    select(id) {
      this.get(id)
      options.publish('settings.changed', updateSettings(db, { workspaceId: id }))
    },
    listProfiles,
    async setKeys(id, typed) {
      getAwsWorkspace(db, id)
      await secretsOf(id).keys.write(typed)
      changed(id)
      return secretsOf(id).keys.describe()
    },
    async removeKeys(id) {
      await secretsOf(id).keys.remove()
      changed(id)
      return secretsOf(id).keys.describe()
    },
    describeKeys: (id) => secretsOf(id).keys.describe(),
    async target(id) {
      return id === localWorkspaceId ? localTarget() : (await know(id)).target
    },
    access: async (id) => (await know(id)).access,
  }
}

/** @throws AppError FileUnreadable */
async function readCertificates(file: string | null): Promise<string | null> {
  if (file === null) return null
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new AppError('FileUnreadable', `The certificates in ${file} can't be read`, {
      details: { name: file },
      cause: error,
    })
  }
}
