/** Answers the calls of shared/contract/catalogCalls.ts. */
import type { Handlers } from '../../shared/contract.ts'
import type { catalogCalls } from '../../shared/contract/catalogCalls.ts'
import type { Services } from '../services.ts'

export function catalogHandlers(services: Services): Pick<Handlers, keyof typeof catalogCalls> {
  const { catalog, licences, connect } = services
  const describe = async (workspaceId: string, baseModelId: string) => {
    const connection = await connect(workspaceId)
    return { connection, ...(await catalog.describe(connection, baseModelId)) }
  }
  return {
    'catalog.list': async ({ workspaceId }) => catalog.list(await connect(workspaceId)),
    'catalog.describe': async ({ workspaceId, baseModelId }) =>
      (await describe(workspaceId, baseModelId)).baseModel,
    'catalog.prices': ({ workspaceId }) => services.prices.list(workspaceId, 'Training'),
    'move.cutRows': (request) => services.cutRows(request),
    'licence.read': async ({ workspaceId, baseModelId }) => {
      const { connection, baseModel } = await describe(workspaceId, baseModelId)
      return licences.read(connection, baseModel)
    },
    'licence.accept': async ({ workspaceId, baseModelId, textSha256 }) => {
      const { connection, baseModel } = await describe(workspaceId, baseModelId)
      return licences.accept(connection, baseModel, textSha256)
    },
  }
}
