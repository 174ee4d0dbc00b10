import { workspaceDraftSchema, type WorkspaceDraft } from '../../../shared/workspace.ts'

/** A complete workspace with typed-in keys, unless told otherwise. */
export function aDraft(overrides: Partial<WorkspaceDraft> = {}): WorkspaceDraft {
  return workspaceDraftSchema.parse({
    name: 'Production',
    credentials: { kind: 'keys' },
    region: 'eu-central-1',
    executionRoleArn: 'arn:aws:iam::123456789012:role/SageMakerTraining',
    ...overrides,
  })
}
