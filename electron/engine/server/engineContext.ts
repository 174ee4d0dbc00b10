/** What every operation works on. */
import type {
  EndpointConfigRecord,
  EndpointHost,
  EndpointRecord,
  ModelRecord,
} from '../jobs/endpoints.ts'
import type { EndpointMetrics } from '../jobs/endpointMetrics.ts'
import type { ScheduleRecord, ScheduleRunner } from '../jobs/schedules.ts'
import type { AutoMLJobRecord } from '../jobs/autoMLJob.ts'
import type { AutoMLRunner } from '../jobs/autoMLRunner.ts'
import type { ModelImporter, ModelImportRecord } from '../jobs/importModel.ts'
import type { ModelPackageGroupRecord, ModelPackageRecord } from '../jobs/modelRegistry.ts'
import type { ProcessingJobRecord, ProcessingRunner } from '../jobs/processingJob.ts'
import type { TrainingJobRecord } from '../jobs/trainingJob.ts'
import type { TrainingRunner } from '../jobs/trainingRunner.ts'
import type { LogStream } from '../store/logStream.ts'
import type { RecordTable } from '../store/records.ts'
import type { KeyPair } from './sigv4.ts'
import type { S3Context } from './s3Context.ts'

/** This computer's place in AWS's naming. */
export const engineRegion = 'us-east-1'
export const engineAccount = '000000000000'
export const engineRegistry = `${engineAccount}.dkr.ecr.${engineRegion}.amazonaws.com`

export interface TagRecord {
  readonly arn: string
  readonly createdAtMs: number
  readonly tags: Readonly<Record<string, string>>
}

export interface EngineContext extends S3Context {
  readonly keys: KeyPair
  readonly modelImports: RecordTable<ModelImportRecord>
  readonly modelImporter: ModelImporter
  readonly processingJobs: RecordTable<ProcessingJobRecord>
  readonly processing: ProcessingRunner
  readonly now: () => number
  readonly jobs: RecordTable<TrainingJobRecord>
  /** By autoMLJobKey. */
  readonly autoMLJobs: RecordTable<AutoMLJobRecord>
  readonly autoML: AutoMLRunner
  readonly models: RecordTable<ModelRecord>
  readonly endpointConfigs: RecordTable<EndpointConfigRecord>
  readonly endpoints: RecordTable<EndpointRecord>
  /** By ARN, which spells every name in one way. */
  readonly modelPackageGroups: RecordTable<ModelPackageGroupRecord>
  readonly modelPackages: RecordTable<ModelPackageRecord>
  readonly tags: RecordTable<TagRecord>
  readonly logOf: (job: TrainingJobRecord) => LogStream
  readonly runner: TrainingRunner
  readonly endpointHost: EndpointHost
  readonly endpointMetrics: EndpointMetrics
  /** By `group/name`. */
  readonly schedules: RecordTable<ScheduleRecord>
  readonly scheduling: ScheduleRunner
}

export function arnOf(kind: string, name: string): string {
  return `arn:aws:sagemaker:${engineRegion}:${engineAccount}:${kind}/${name.toLowerCase()}`
}
