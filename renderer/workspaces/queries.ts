/** What main knows of workspaces, and where its events go. */
import { queryOptions, skipToken, type QueryClient } from '@tanstack/react-query'
import type { MfaQuestion, SignInState } from '../../shared/signIn.ts'
import type { Upload } from '../../shared/upload.ts'
import type { WorkspaceTrouble } from '../../shared/workspace.ts'
import { invoke, on } from '../api.ts'

export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: () => invoke('workspace.list'),
})
export const profilesQuery = queryOptions({
  queryKey: ['awsProfiles'],
  queryFn: () => invoke('workspace.profiles'),
  staleTime: 0,
})
export const keysQuery = (id: string) =>
  queryOptions({
    queryKey: ['workspaceKeys', id],
    queryFn: () => invoke('workspace.describeKeys', { id }),
  })
export const troublesQuery = queryOptions({
  queryKey: ['workspaceTroubles'],
  queryFn: () => invoke('workspace.troubles'),
})
/** Asked for by a click: it calls AWS. */
export const setupQuery = (id: string) =>
  queryOptions({
    queryKey: ['workspaceSetup', id],
    queryFn: () => invoke('setup.check', { id }),
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
export const rolesQuery = (id: string) =>
  queryOptions({
    queryKey: ['workspaceRoles', id],
    queryFn: () => invoke('setup.roles', { id }),
    staleTime: 60_000,
    retry: false,
  })
/** Asked for by a click: it calls AWS. */
export const foreignJobsQuery = (id: string) =>
  queryOptions({
    queryKey: ['foreignJobs', id],
    queryFn: () => invoke('job.listForeign', { id }),
    enabled: false,
    retry: false,
  })
interface WantedMachines {
  readonly instanceTypes: string[]
  readonly spotTypes: string[]
  readonly hostingTypes: string[]
}

export const preflightQuery = (id: string, wanted: WantedMachines) =>
  queryOptions({
    queryKey: ['preflight', id, wanted],
    queryFn: () => invoke('preflight.check', { id, ...wanted }),
    staleTime: 60_000,
    retry: false,
  })
export const uploadsQuery = queryOptions({
  queryKey: ['uploads'],
  queryFn: () => invoke('upload.list'),
})
/** Filled by events alone. */
export const signInQuery = (workspaceId: string) =>
  queryOptions<SignInState | null>({ queryKey: ['signIn', workspaceId], queryFn: skipToken })
export const mfaQuery = queryOptions<MfaQuestion | null>({
  queryKey: ['mfaQuestion'],
  queryFn: skipToken,
})

/** @returns functions that stop listening */
export function followWorkspaces(client: QueryClient): (() => void)[] {
  return [
    on('workspaces.changed', (workspaces) => {
      client.setQueryData(workspacesQuery.queryKey, workspaces)
      void client.invalidateQueries({ queryKey: ['workspaceKeys'] })
      // With other keys, or a role, what was refused before may be answered.
      void client.invalidateQueries({ predicate: ({ state }) => state.status === 'error' })
    }),
    on('workspace.troubled', (trouble) =>
      client.setQueryData(troublesQuery.queryKey, (known: WorkspaceTrouble[] | undefined) => [
        ...(known ?? []).filter(({ workspaceId }) => workspaceId !== trouble.workspaceId),
        ...(trouble.error === null ? [] : [trouble]),
      ]),
    ),
    on('upload.progressed', (upload) =>
      client.setQueryData(uploadsQuery.queryKey, (known: Upload[] | undefined) =>
        known?.some(({ id }) => id === upload.id)
          ? known.map((one) => (one.id === upload.id ? upload : one))
          : [upload, ...(known ?? [])],
      ),
    ),
    on('signIn.progressed', (state) => {
      client.setQueryData(
        signInQuery(state.workspaceId).queryKey,
        state.step === 'ended' ? null : state,
      )
      if (state.step === 'ended') client.setQueryData(mfaQuery.queryKey, null)
    }),
    on('signIn.mfaAsked', (question) => client.setQueryData(mfaQuery.queryKey, question)),
  ]
}
