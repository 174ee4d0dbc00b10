/** Whether a transform job can answer for a model, and whether it is to. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { servesTransform } from '../../shared/batch.ts'
import { hasTestEndpoint, type DeployDefaults } from '../../shared/endpoint.ts'
import type { Speaker } from '../../shared/playground.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { deployDefaultsQuery, endpointsQuery } from '../shipQueries.ts'

export interface TransformOffer {
  readonly defaults: DeployDefaults
  /** Those that SageMaker has for transform jobs, the suggested one first. */
  readonly instanceTypes: readonly string[]
  readonly instanceType: string
  readonly isChosen: boolean
  choose(isChosen: boolean): void
  chooseInstance(instanceType: string): void
}

/** Holds a model of seven billion parameters, and every region with such jobs has it. */
const usualInstanceType = 'ml.g5.12xlarge'

interface Machine {
  readonly workspaceId: string
  readonly instanceType: string
}

/** @returns offer null for a model on this computer, or one that no endpoint serves */
export function useTransformChoice(speaker: Speaker | null): {
  readonly offer: TransformOffer | null
  /** Null: row by row. */
  readonly chosen: Machine | null
  /** What begins to cost with the start; null: nothing, or nothing more. */
  readonly paid: Machine | null
} {
  const candidateId = speaker?.kind === 'candidate' ? speaker.candidateId : null
  const { data: defaults } = useQuery({
    ...deployDefaultsQuery(candidateId ?? ''),
    enabled: candidateId !== null,
    retry: false,
  })
  const { data: { endpoints } = { endpoints: [] } } = useQuery(endpointsQuery)
  const [isChosen, choose] = useState(false)
  const [wantedInstance, chooseInstance] = useState<string | null>(null)
  if (!defaults || candidateId === null || defaults.workspaceId === localWorkspaceId)
    return { offer: null, chosen: null, paid: null }
  const suggested = [defaults.instanceType, ...defaults.instanceTypes].filter(servesTransform)
  const instanceTypes = [...new Set(suggested.length > 0 ? suggested : [usualInstanceType])]
  const instanceType =
    wantedInstance !== null && instanceTypes.includes(wantedInstance)
      ? wantedInstance
      : (instanceTypes[0] ?? usualInstanceType)
  const { workspaceId } = defaults
  const chosen = isChosen ? { workspaceId, instanceType } : null
  const isServed = hasTestEndpoint(endpoints, candidateId)
  return {
    offer: { defaults, instanceTypes, instanceType, isChosen, choose, chooseInstance },
    chosen,
    paid: chosen ?? (isServed ? null : { workspaceId, instanceType: defaults.instanceType }),
  }
}
