/** What is happening while an endpoint starts, as far as AWS lets one know. */
import type { Endpoint } from '../../shared/endpoint.ts'
import type { StartPhase } from '../../shared/playground.ts'
import { hasEndpointLog } from '../aws/endpointLog.ts'
import type { Connection } from '../aws/workspace.ts'

/** Null once it answers. */
export async function startPhase(
  connect: () => Promise<Connection>,
  endpoint: Endpoint | undefined,
): Promise<StartPhase | null> {
  if (!endpoint || endpoint.status === 'Planned' || endpoint.status === 'Unguarded')
    return 'preparing'
  if (endpoint.status !== 'Creating') return null
  if (endpoint.workspaceId === 'local') return 'loading'
  // The container writes its first line once its image is there and it runs.
  return (await hasEndpointLog(await connect(), endpoint.name)) ? 'loading' : 'provisioning'
}
