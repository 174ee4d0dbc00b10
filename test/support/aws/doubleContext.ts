/** What the doubles of the single services share: the account, its clock, its objects and its jobs. */
import type { Failures } from './failures.ts'
import type { HostingStore } from './hostingStore.ts'
import type { ObjectStore } from './objectStore.ts'
import type { JobStore } from './jobStore.ts'

export interface DoubleContext {
  readonly account: string
  readonly region: string
  /** The double's own time, milliseconds; it may run faster than the world's. */
  readonly now: () => number
  readonly objects: ObjectStore
  readonly jobs: JobStore
  readonly hosting: HostingStore
  readonly failures: Failures
  readonly limits: DoubleLimits
}

/** What the account may do; a test may lower it. */
export interface DoubleLimits {
  /** AutoML jobs at a time, as in the larger Regions. */
  autoMLJobs: number
  /** By instance type; those that are not named have room. */
  readonly trainingInstances: Map<string, number>
  readonly endpointInstances: Map<string, number>
}

export type Handler = (
  context: DoubleContext,
  input: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>

/** By operation. */
export type ServiceDouble = Readonly<Record<string, Handler>>
