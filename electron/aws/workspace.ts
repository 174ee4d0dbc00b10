/** The connections that services work through: clients for where a workspace is now, and the account's facts. */
import { AppError } from '../../shared/errors.ts'
import { arnIn, partitionOf, type Partition } from '../../shared/partition.ts'
import { localWorkspaceId, type Caller, type Tag, type Vpc } from '../../shared/workspace.ts'
import { createClients, type AwsClients } from './clients.ts'
import { getCaller } from './identity.ts'
import { defaultBucket } from './s3.ts'
import type { Target } from './target.ts'

/** Clients that were answered once; enough to set a workspace up. */
export interface OpenAccount {
  readonly workspaceId: string
  readonly kind: Target['kind']
  readonly clients: AwsClients
  readonly caller: Caller
  readonly region: string
  readonly partition: Partition
}

/** What work in a workspace takes. */
export interface Connection extends Omit<OpenAccount, 'caller'> {
  readonly account: string
  readonly bucket: string
  /** Without slashes at its ends; everything that Timbre writes stands below it. */
  readonly prefix: string
  readonly roleArn: string
  readonly kmsKeyArn: string | null
  readonly vpc: Vpc | null
  readonly tags: readonly Tag[]
}

/** What a workspace says about itself, and where its calls go. Stays the same object while nothing changed. */
export interface WorkspaceTarget {
  readonly target: Target
  readonly executionRoleArn: string | null
  readonly bucket: string | null
  readonly prefix: string
  readonly kmsKeyArn: string | null
  readonly vpc: Vpc | null
  readonly tags: readonly Tag[]
}

export interface Connections {
  /** Without what only training needs. @throws AppError EngineUnavailable, CredentialsMissing, NetworkUnavailable */
  open(workspaceId: string): Promise<OpenAccount>
  /** @throws AppError as `open` does, and WorkspaceIncomplete */
  connect(workspaceId: string): Promise<Connection>
  close(): void
}

interface Open {
  readonly from: WorkspaceTarget
  readonly clients: AwsClients
  readonly account: Promise<OpenAccount>
}

/** Clients live as long as their target: an engine that was started again has new keys. */
export function createConnections(
  resolve: (workspaceId: string) => Promise<WorkspaceTarget>,
  onRequest: (workspaceId: string) => void = () => undefined,
): Connections {
  const known = new Map<string, Open>()

  async function openWorkspace(workspaceId: string): Promise<Open> {
    const from = await resolve(workspaceId)
    const current = known.get(workspaceId)
    if (current?.from === from) return current
    current?.clients.destroy()
    const { target } = from
    const clients = createClients(target, () => onRequest(workspaceId))
    const account = getCaller(clients).then((caller) => ({
      workspaceId,
      kind: target.kind,
      clients,
      caller,
      region: target.region,
      partition: partitionOf(target.region),
    }))
    const opened: Open = { from, clients, account }
    known.set(workspaceId, opened)
    // A failed first call must not be remembered.
    account.catch(() => {
      if (known.get(workspaceId) === opened) known.delete(workspaceId)
    })
    return opened
  }

  return {
    open: async (workspaceId) => (await openWorkspace(workspaceId)).account,
    async connect(workspaceId) {
      const { from, account } = await openWorkspace(workspaceId)
      const { caller, ...opened } = await account
      return {
        ...opened,
        account: caller.account,
        bucket: from.bucket ?? defaultBucket(opened.region, caller.account),
        prefix: from.prefix,
        roleArn: from.executionRoleArn ?? executionRole(opened, caller.account),
        kmsKeyArn: from.kmsKeyArn,
        vpc: from.vpc,
        tags: from.tags,
      }
    },
    close() {
      for (const { clients } of known.values()) clients.destroy()
      known.clear()
    },
  }
}

/** The engine asks for a role as AWS does, and any will do. */
function executionRole(
  { workspaceId, region }: { workspaceId: string; region: string },
  account: string,
): string {
  if (workspaceId === localWorkspaceId)
    return arnIn(region, { service: 'iam', account, resource: 'role/TimbreExecution' })
  throw new AppError('WorkspaceIncomplete', 'The workspace has no execution role yet')
}
