/** What main knows, as query options; and the one place where events change the cache. */
import { queryOptions, skipToken, type QueryClient } from '@tanstack/react-query'
import type { EvaluationProgress, EvaluationRequest } from '../shared/evaluation.ts'
import type { MetricPoint } from '../shared/metrics.ts'
import type { FineTuneRequest, Model } from '../shared/model.ts'
import type { PreviewRequest, PromptPreview } from '../shared/promptPreview.ts'
import type { ScoringModelName, ScoringModelProgress } from '../shared/scoringModel.ts'
import { invoke, on } from './api.ts'
import { followImports } from './datasets/imports.ts'
import { followWorkspaces } from './workspaces/queries.ts'
import { progressQuery, workbenchQuery } from './workbench/workbenchQueries.ts'

export const appQuery = queryOptions({ queryKey: ['app'], queryFn: () => invoke('app.describe') })
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => invoke('settings.get'),
})
export const engineQuery = queryOptions({
  queryKey: ['engine'],
  queryFn: () => invoke('engine.describe'),
})
export const deviceQuery = queryOptions({
  queryKey: ['device'],
  queryFn: () => invoke('engine.device'),
})
export const datasetsQuery = queryOptions({
  queryKey: ['datasets'],
  queryFn: () => invoke('dataset.list'),
})
export const datasetQuery = (id: string) =>
  queryOptions({ queryKey: ['datasets', id], queryFn: () => invoke('dataset.get', { id }) })
export const baseModelsQuery = queryOptions({
  queryKey: ['baseModels'],
  queryFn: () => invoke('baseModel.list'),
})
/** Of an account at AWS. */
export const catalogQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: ['catalog', workspaceId],
    queryFn: () => invoke('catalog.list', { workspaceId }),
    staleTime: 10 * 60_000,
    retry: false,
  })
/** With its card and its form. */
export const catalogModelQuery = (workspaceId: string, baseModelId: string) =>
  queryOptions({
    queryKey: ['catalog', workspaceId, baseModelId],
    queryFn: () => invoke('catalog.describe', { workspaceId, baseModelId }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
export const licenceQuery = (workspaceId: string, baseModelId: string) =>
  queryOptions({
    queryKey: ['licence', workspaceId, baseModelId],
    queryFn: () => invoke('licence.read', { workspaceId, baseModelId }),
    retry: false,
  })
/** Of machines by the hour; they change rarely. */
export const pricesQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: ['prices', workspaceId],
    queryFn: () => invoke('catalog.prices', { workspaceId }),
    staleTime: 24 * 3_600_000,
    retry: false,
  })
/** What is being downloaded from the Hub; null when nothing is. */
export const hubDownloadQuery = queryOptions({
  queryKey: ['hubDownload'],
  queryFn: () => invoke('hubModel.progress'),
})
/** By address: a token belongs to one. */
export const hubTokenQuery = (hubUrl: string) =>
  queryOptions({ queryKey: ['hubToken', hubUrl], queryFn: () => invoke('hubToken.describe') })
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: () => invoke('model.list'),
})
export const openTrainingsQuery = queryOptions({
  queryKey: ['models', 'open'],
  queryFn: () => invoke('version.listOpen'),
})
export const modelQuery = (id: string) =>
  queryOptions({ queryKey: ['models', id], queryFn: () => invoke('model.get', { id }) })
/** Asked anew each time, and when the engine starts or ends: without it nothing is deleted. */
export const modelDeletionQuery = (id: string, engineState: string | undefined) =>
  queryOptions({
    queryKey: ['modelDeletion', id, engineState],
    queryFn: () => invoke('model.describeDeletion', { id }),
    staleTime: 0,
    gcTime: 0,
  })
export const leaderboardQuery = (versionId: string) =>
  queryOptions({
    queryKey: ['leaderboard', versionId],
    queryFn: () => invoke('leaderboard.list', { versionId }),
  })
/** Of all versions together. */
export const modelLeaderboardQuery = (modelId: string) =>
  queryOptions({
    queryKey: ['leaderboard', 'model', modelId],
    queryFn: () => invoke('leaderboard.listModel', { modelId }),
  })
export const metricsQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['metrics', candidateId],
    queryFn: () => invoke('candidate.metrics', { candidateId }),
  })
/** More points of a part of a very long training. */
export const zoomedMetricsQuery = (candidateId: string, range: { from: number; to: number }) =>
  queryOptions({
    queryKey: ['zoomedMetrics', candidateId, range.from, range.to],
    queryFn: () => invoke('candidate.metrics', { candidateId, range }),
  })
export const samplesQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['samples', candidateId],
    queryFn: () => invoke('candidate.samples', { candidateId }),
  })
/** Of an account at AWS; asked again until the last one has ended. */
export const costsQuery = (versionId: string) =>
  queryOptions({
    queryKey: ['costs', versionId],
    queryFn: () => invoke('version.costs', { versionId }),
    refetchInterval: ({ state }) =>
      state.data?.every(({ isEnded }) => isEnded) && state.data.length > 0 ? false : 15_000,
  })
export const logQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['log', candidateId],
    queryFn: () => invoke('candidate.log', { candidateId }),
  })
export const previewQuery = (request: PreviewRequest) =>
  queryOptions({
    queryKey: ['preview', request],
    queryFn: () => invoke('baseModel.preview', request),
    // While the next one is on its way the last one stays.
    placeholderData: (previous: PromptPreview | undefined) => previous,
    retry: false,
  })
/** Measured once for each request. */
export const estimateQuery = (request: FineTuneRequest) =>
  queryOptions({
    queryKey: ['estimate', request],
    queryFn: () => invoke('version.estimate', request),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
export const evaluationQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['evaluation', candidateId],
    queryFn: () => invoke('evaluation.latest', { candidateId }),
  })

/** Which published sets are on this computer. */
/** What a report would take; asked again when anything of it changes. */
export const evaluationEstimateQuery = (request: EvaluationRequest, isEnabled: boolean) =>
  queryOptions({
    queryKey: ['evaluationEstimate', request],
    queryFn: () => invoke('evaluation.estimate', request),
    // Endpoints come and go, and prices are asked for anew.
    staleTime: 0,
    enabled: isEnabled,
    retry: false,
  })

/** Detoxify's classifier and BERTScore's encoder. */
export const scoringModelsQuery = queryOptions({
  queryKey: ['scoringModels'],
  queryFn: () => invoke('scoringModel.list'),
})

export const builtInSetsQuery = queryOptions({
  queryKey: ['evaluationSets'],
  queryFn: () => invoke('evaluationSet.list'),
})

/** Of a scoring model's download; filled by events alone. */
export const scoringModelProgressQuery = (name: ScoringModelName) =>
  queryOptions<ScoringModelProgress['progress']>({
    queryKey: ['scoringModelProgress', name],
    queryFn: skipToken,
  })

/** Filled by events alone. */
export const evaluationProgressQuery = (candidateId: string) =>
  queryOptions<EvaluationProgress | null>({
    queryKey: ['evaluationProgress', candidateId],
    queryFn: skipToken,
  })

/** @returns a function that stops listening */
export function followEvents(client: QueryClient): () => void {
  const stops = [
    ...followWorkspaces(client),
    on('engine.changed', (status) => {
      client.setQueryData(engineQuery.queryKey, status)
      if (status.state !== 'running') return
      void client.invalidateQueries({ queryKey: ['baseModels'] })
      void client.invalidateQueries({ queryKey: ['speakers'] })
    }),
    on('hubModel.progressed', (download) =>
      client.setQueryData(hubDownloadQuery.queryKey, download),
    ),
    on('settings.changed', (settings) => client.setQueryData(settingsQuery.queryKey, settings)),
    followImports(client),
    on('dataset.changed', (dataset) => {
      client.setQueryData(datasetQuery(dataset.id).queryKey, dataset)
      void client.invalidateQueries({ queryKey: datasetsQuery.queryKey, exact: true })
      // A fix or an undo changed what the grid shows.
      void client.invalidateQueries({ queryKey: workbenchQuery(dataset.id).queryKey })
    }),
    on('workbench.progressed', ({ datasetId, what, fraction }) =>
      client.setQueryData(progressQuery(datasetId, what).queryKey, fraction),
    ),
    on('version.changed', (version) => {
      client.setQueryData(
        modelQuery(version.modelId).queryKey,
        (model: Model | undefined) =>
          model && {
            ...model,
            versions: model.versions.map((known) => (known.id === version.id ? version : known)),
          },
      )
      void client.invalidateQueries({ queryKey: modelsQuery.queryKey, exact: true })
      void client.invalidateQueries(openTrainingsQuery)
      void client.invalidateQueries({ queryKey: ['leaderboard'] })
      void client.invalidateQueries({ queryKey: ['costs', version.id] })
      void client.invalidateQueries({ queryKey: ['modelDeletion'] })
      // The last answers may have been logged after the last metric.
      for (const { id } of version.candidates)
        void client.invalidateQueries({ queryKey: ['samples', id] })
    }),
    on('model.renamed', ({ id, name }) => {
      client.setQueryData(modelQuery(id).queryKey, (model) => model && { ...model, name })
      void client.invalidateQueries({ queryKey: modelsQuery.queryKey, exact: true })
    }),
    on('scoringModel.progressed', ({ name, progress }) =>
      client.setQueryData(scoringModelProgressQuery(name).queryKey, progress),
    ),
    on('evaluation.progressed', (progress) => {
      const { candidateId, status } = progress
      client.setQueryData(evaluationProgressQuery(candidateId).queryKey, progress)
      // Its rows are read once, at the end.
      if (status === 'Running') return
      void client.invalidateQueries({ queryKey: evaluationQuery(candidateId).queryKey })
      void client.invalidateQueries({ queryKey: ['evaluationEstimate'] })
      void client.invalidateQueries({ queryKey: ['leaderboard'] })
    }),
    on('metrics.added', (points) => {
      const byCandidate = Map.groupBy(points, (point) => point.candidateId)
      for (const [candidateId, added] of byCandidate) {
        const { queryKey } = metricsQuery(candidateId)
        client.setQueryData(
          queryKey,
          (known: MetricPoint[] | undefined) => known && [...known, ...added],
        )
        void client.invalidateQueries({ queryKey: ['log', candidateId] })
        void client.invalidateQueries({ queryKey: ['samples', candidateId] })
      }
      void client.invalidateQueries({ queryKey: ['leaderboard'] })
    }),
  ]
  return () => stops.forEach((stop) => stop())
}
