/** Answers the calls of shared/contract/workspaceCalls.ts. */
import type { Handlers } from '../../shared/contract.ts'
import type { workspaceCalls } from '../../shared/contract/workspaceCalls.ts'
import type { Services } from '../services.ts'

export function workspaceHandlers(services: Services): Pick<Handlers, keyof typeof workspaceCalls> {
  const { workspaces } = services
  return {
    'workspace.list': async () => workspaces.list(),
    'workspace.create': async (draft) => workspaces.create(draft),
    'workspace.update': async ({ id, draft }) => workspaces.update(id, draft),
    'workspace.delete': async ({ id }) => {
      await workspaces.delete(id)
      return null
    },
    'workspace.select': async ({ id }) => {
      workspaces.select(id)
      return null
    },
    'workspace.test': ({ id }) => services.testWorkspace(id),
    'workspace.profiles': () => workspaces.listProfiles(),
    'workspace.setKeys': ({ id, keys }) => workspaces.setKeys(id, keys),
    'workspace.removeKeys': ({ id }) => workspaces.removeKeys(id),
    'workspace.describeKeys': ({ id }) => workspaces.describeKeys(id),
  }
}
