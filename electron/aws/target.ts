/** Where calls go and in whose name. Only `clients.ts` and `requestHandler.ts` read it. */
import type { AwsCredentialIdentity } from '@smithy/types'
import type { ServiceName } from '../../shared/workspace.ts'

/** This computer's engine. */
export interface LocalTarget {
  readonly kind: 'local'
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** An account at AWS. */
export interface AwsTarget {
  readonly kind: 'aws'
  readonly region: string
  /** Never asks a person; what it can't answer by itself it refuses as CredentialsMissing. */
  readonly credentials: () => Promise<AwsCredentialIdentity>
  readonly endpoints: Readonly<Partial<Record<ServiceName, string>>>
  readonly network: NetworkSettings
}

/** How this computer reaches the outside. */
export interface NetworkSettings {
  readonly proxyUrl: string | null
  /** PEM text of certificates trusted besides the usual ones. */
  readonly certificateAuthorities: string | null
}

export type Target = LocalTarget | AwsTarget
