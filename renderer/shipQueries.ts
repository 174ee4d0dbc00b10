/** What main knows of using and shipping models, and which events refresh it. */
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import type { CodeLanguage } from '../shared/invocationCode.ts'
import type { AskedSide } from '../shared/playground.ts'
import { invoke, on } from './api.ts'

export const speakersQuery = queryOptions({
  queryKey: ['speakers'],
  queryFn: () => invoke('playground.speakers'),
  staleTime: 0,
})
export const conversationsQuery = (search: string) =>
  queryOptions({
    queryKey: ['conversations', search],
    queryFn: () => invoke('playground.conversations', { search }),
  })
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: () => invoke('playground.conversation', { id }),
  })
export const promptsQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['prompts', candidateId],
    queryFn: () => invoke('playground.prompts', { candidateId }),
  })
export const endpointsQuery = queryOptions({
  queryKey: ['endpoints'],
  queryFn: () => invoke('endpoint.state'),
})
export const endpointMetricsQuery = (name: string, hours: number) =>
  queryOptions({
    queryKey: ['endpointMetrics', name, hours],
    queryFn: () => invoke('endpoint.metrics', { name, hours }),
    refetchInterval: 30_000,
  })
export const endpointCodeQuery = (name: string, language: CodeLanguage) =>
  queryOptions({
    queryKey: ['endpointCode', name, language],
    queryFn: () => invoke('endpoint.code', { name, language }),
  })
export const deployDefaultsQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['deployDefaults', candidateId],
    queryFn: () => invoke('endpoint.defaults', { candidateId }),
  })
export const registryGroupsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: ['registryGroups', workspaceId],
    queryFn: () => invoke('registry.groups', { workspaceId }),
  })
export const registryVersionsQuery = (workspaceId: string, groupName: string) =>
  queryOptions({
    queryKey: ['registryVersions', workspaceId, groupName],
    queryFn: () => invoke('registry.versions', { workspaceId, groupName }),
  })
export const batchesQuery = queryOptions({
  queryKey: ['batches'],
  queryFn: () => invoke('batch.list'),
})

export const startPriceQuery = (asked: readonly AskedSide[]) =>
  queryOptions({
    queryKey: ['startPrice', asked],
    queryFn: () => invoke('endpoint.startPrice', [...asked]),
    // What runs changes with each start and end.
    staleTime: 0,
    retry: false,
  })

/** Trainings and transform jobs that an account is paid for; what each has cost grows by itself. */
export const paidJobsQuery = queryOptions({
  queryKey: ['paidJobs'],
  queryFn: () => invoke('cost.jobs'),
  refetchInterval: 30_000,
})

/** @returns a function that stops listening */
export function followShipEvents(client: QueryClient): () => void {
  const stops = [
    on('endpoints.changed', (state) => {
      client.setQueryData(endpointsQuery.queryKey, state)
      void client.invalidateQueries({ queryKey: speakersQuery.queryKey })
      void client.invalidateQueries({ queryKey: ['startPrice'] })
    }),
    on('model.renamed', () => {
      // What answered is called after its model.
      for (const list of ['speakers', 'conversation', 'endpoints', 'batches', 'deployDefaults'])
        void client.invalidateQueries({ queryKey: [list] })
    }),
    on('version.changed', () => void client.invalidateQueries(paidJobsQuery)),
    on('batch.progressed', (batch) => {
      if (batch.transform) void client.invalidateQueries(paidJobsQuery)
      client.setQueryData(batchesQuery.queryKey, (known) => {
        if (!known) return known
        const others = known.filter(({ id }) => id !== batch.id)
        return [batch, ...others].sort((a, b) => b.createdAtMs - a.createdAtMs)
      })
    }),
  ]
  return () => stops.forEach((stop) => stop())
}
