/** Which page is shown. A desktop window has no address bar, so this is plain state. */
import { createContext, use } from 'react'
import type { NextAction } from '../shared/nextAction.ts'

/** A setting to try, and the candidate whose curves led to it. */
export interface Proposal extends NextAction {
  readonly candidateId: string
}

export type Place =
  | { readonly page: 'datasets' }
  | { readonly page: 'dataset'; readonly datasetId: string }
  | { readonly page: 'models' }
  | { readonly page: 'model'; readonly modelId: string; readonly versionId?: string }
  | {
      readonly page: 'wizard'
      readonly datasetId?: string
      readonly modelId?: string
      readonly proposal?: Proposal
    }
  | { readonly page: 'playground'; readonly modelId: string; readonly candidateId: string }
  | { readonly page: 'evaluation'; readonly modelId: string; readonly candidateId: string }
  | { readonly page: 'settings' }
  | { readonly page: 'disk' }
  | { readonly page: 'workspaces' }
  /** Null: one that is being added. */
  | { readonly page: 'workspace'; readonly workspaceId: string | null }

export const NavigationContext = createContext<(place: Place) => void>(() => undefined)

export function useNavigate(): (place: Place) => void {
  return use(NavigationContext)
}

/** The entry of the main navigation that a page belongs to. */
export function sectionOf(place: Place): 'datasets' | 'models' | 'settings' | 'workspaces' {
  if (place.page === 'datasets' || place.page === 'dataset') return 'datasets'
  if (place.page === 'workspaces' || place.page === 'workspace') return 'workspaces'
  return place.page === 'settings' || place.page === 'disk' ? 'settings' : 'models'
}
