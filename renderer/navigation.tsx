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
  /** A version of this computer, to be trained again in an account at AWS. */
  | { readonly page: 'move'; readonly modelId: string; readonly versionId: string }
  | { readonly page: 'playground'; readonly candidateId?: string }
  | { readonly page: 'batch' }
  | { readonly page: 'endpoints' }
  | { readonly page: 'registry'; readonly workspaceId?: string; readonly groupName?: string }
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
export type Section =
  'datasets' | 'models' | 'playground' | 'endpoints' | 'registry' | 'settings' | 'workspaces'

export function sectionOf({ page }: Place): Section {
  switch (page) {
    case 'datasets':
    case 'dataset':
      return 'datasets'
    case 'playground':
    case 'batch':
      return 'playground'
    case 'workspaces':
    case 'workspace':
      return 'workspaces'
    case 'disk':
      return 'settings'
    case 'endpoints':
    case 'registry':
    case 'settings':
      return page
    default:
      return 'models'
  }
}
