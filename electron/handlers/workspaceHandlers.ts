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
    'workspace.troubles': async () => services.troubles.list(),
    'following.watch': async ({ candidateIds }) => {
      services.watch.watch(candidateIds)
      return null
    },

    'setup.check': ({ id }) => services.setup.check(id),
    'setup.roles': ({ id }) => services.setup.listRoles(id),
    'setup.createRole': async ({ id }) => ({ roleArn: await services.setup.createRole(id) }),
    'setup.createBucket': async ({ id }) => {
      await services.setup.createBucket(id)
      return null
    },

    'job.listForeign': ({ id }) => services.adoption.list(id),
    'job.adopt': async ({ id, ...job }) => {
      await services.adoption.adopt(id, job)
      return null
    },

    'preflight.check': ({ id, ...wanted }) => services.preflight.check(id, wanted),
    'preflight.requestIncrease': async ({ id, quotaCode, wanted }) => ({
      status: await services.preflight.requestIncrease(id, quotaCode, wanted),
    }),

    'upload.list': async () => services.uploads.list(),
    'upload.sendDataset': ({ workspaceId, datasetId }) =>
      services.sendDataset(workspaceId, datasetId),
    'upload.pause': async ({ id }) => {
      await services.uploads.pause(id)
      return null
    },
    'upload.resume': ({ id }) => services.uploads.resume(id),
    'upload.cancel': async ({ id }) => {
      await services.uploads.cancel(id)
      return null
    },

    'signIn.start': async ({ id, flow }) => {
      await services.signIn(id, flow)
      return null
    },
    'signIn.cancel': async ({ id }) => {
      services.signIns.cancel(id)
      return null
    },
    'signIn.answerMfa': async ({ requestId, code }) => {
      services.signIns.answerMfa(requestId, code)
      return null
    },
  }
}
