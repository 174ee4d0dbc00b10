/** The connection that services work through: clients for where the engine listens now, and the account's facts. */
import { createClients, destroyClients, type AwsClients } from './clients.ts'
import { getAccount } from './identity.ts'
import { defaultBucket } from './s3.ts'
import type { Target } from './target.ts'

export interface Connection {
  readonly clients: AwsClients
  readonly bucket: string
  readonly roleArn: string
}

export interface WorkspaceConnection {
  /** @throws AppError EngineUnavailable */
  connect(): Promise<Connection>
  close(): void
}

/** Clients live as long as their target: an engine that was started again has new keys. */
export function createWorkspaceConnection(
  resolveTarget: () => Promise<Target>,
): WorkspaceConnection {
  let current: { target: Target; connection: Promise<Connection>; clients: AwsClients } | null =
    null

  return {
    async connect() {
      const target = await resolveTarget()
      if (current?.target === target) return current.connection
      if (current) destroyClients(current.clients)
      const clients = createClients(target)
      const connection = getAccount(clients).then((account) => ({
        clients,
        bucket: defaultBucket(target.region, account),
        roleArn: `arn:aws:iam::${account}:role/TimbreExecution`,
      }))
      current = { target, connection, clients }
      // A failed first call must not be remembered.
      connection.catch(() => {
        if (current?.connection === connection) current = null
      })
      return connection
    },
    close() {
      if (current) destroyClients(current.clients)
      current = null
    },
  }
}
