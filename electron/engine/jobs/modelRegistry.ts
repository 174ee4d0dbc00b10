/** The records of the model registry. */
import type { ModelPackageFacts } from './modelPackageInput.ts'

export interface ModelPackageGroupRecord {
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  readonly description: string | null
  /** Of the versions ever made here: a number is never given twice. */
  readonly lastVersion: number
}

export interface ModelPackageRecord {
  /** The package's own name, or `group/version`. */
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  /** Null for a package without versions. */
  readonly version: { readonly groupName: string; readonly number: number } | null
  readonly facts: ModelPackageFacts & { readonly ApprovalDescription?: string | undefined }
  /** A create that is sent again with the same token answers with the package of the first. */
  readonly clientToken: { readonly token: string; readonly requestHash: string } | null
}
