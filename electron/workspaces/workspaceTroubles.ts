/** Why a workspace can't be followed just now. Looks repeat, what is said about them does not. */
import type { AppError, AppErrorData } from '../../shared/errors.ts'
import type { WorkspaceTrouble } from '../../shared/workspace.ts'

export interface WorkspaceTroubles {
  /** Null: it can be followed again. */
  report(workspaceId: string, error: AppError | null): void
  list(): WorkspaceTrouble[]
}

export function createWorkspaceTroubles(
  publish: (event: 'workspace.troubled', trouble: WorkspaceTrouble) => void,
  /** A person is needed; told once until it is over. */
  onSignInNeeded: (workspaceId: string) => void,
): WorkspaceTroubles {
  const troubles = new Map<string, AppErrorData>()
  return {
    report(workspaceId, error) {
      const before = troubles.get(workspaceId)
      if (before?.code === error?.code) return
      if (error === null) troubles.delete(workspaceId)
      else troubles.set(workspaceId, error.toData())
      publish('workspace.troubled', { workspaceId, error: error?.toData() ?? null })
      if (error?.code === 'SignInExpired') onSignInNeeded(workspaceId)
    },
    list: () => [...troubles].map(([workspaceId, error]) => ({ workspaceId, error })),
  }
}
