/** What an account holds under Timbre's name and nothing here knows of. */
import type { Orphan } from '../../shared/endpoint.ts'
import {
  deleteForeignComponent,
  deleteForeignEndpoint,
  listAccountEndpoints,
  type Patience,
} from '../aws/accountEndpoints.ts'
import { endpointPrefix } from '../aws/endpointLife.ts'
import { listComponents } from '../aws/inferenceComponents.ts'
import type { Connection } from '../aws/workspace.ts'

/** @param known names of endpoints that are written down here */
export async function findOrphans(
  connection: Connection,
  workspaceId: string,
  known: ReadonlySet<string>,
): Promise<Orphan[]> {
  const held = await listAccountEndpoints(connection, endpointPrefix)
  const lost = held
    .filter(({ name }) => !known.has(name))
    .map((one): Orphan => ({ ...one, workspaceId, kind: 'endpoint' }))
  if (connection.kind === 'local') return lost
  // Those of an endpoint that is there go with it.
  const ours = new Set([...known, ...held.map(({ name }) => name)])
  const components = await listComponents(connection, { prefix: endpointPrefix })
  return [
    ...lost,
    ...components
      .filter(({ endpointName }) => !ours.has(endpointName))
      .map(({ name, arn, status, createdAtMs }): Orphan => ({
        workspaceId,
        kind: 'component',
        name,
        arn,
        status,
        createdAtMs,
      })),
  ]
}

/** @throws as `deleteForeignEndpoint` */
export async function deleteOrphan(
  connection: Connection,
  { name, kind }: { readonly name: string; readonly kind: Orphan['kind'] | undefined },
  patience: Patience,
): Promise<void> {
  if (kind === 'component') await deleteForeignComponent(connection, name, patience)
  else await deleteForeignEndpoint(connection, name, patience)
}
