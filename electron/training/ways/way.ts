/** What every way of training has to offer; the workflow knows nothing else of them. */
import type { MetricPoint } from '../../../shared/metrics.ts'
import type { BaseModel, Candidate } from '../../../shared/model.ts'
import type { PromptTemplate } from '../../../shared/promptTemplate.ts'
import type { CloudChoice, TrainingWay } from '../../../shared/trainingWay.ts'
import type { HubModel } from '../../aws/hubDocument.ts'
import type { TrainingJob } from '../../aws/trainingJobs.ts'
import type { Connection } from '../../aws/workspace.ts'
import type { Examples } from '../../dataset/split/examples.ts'
import type { DataFiles } from './dataFiles.ts'
import type { HubDocuments } from '../catalog/hubDocuments.ts'

/** What a version is trained on. */
export interface VersionData {
  readonly training: Examples
  readonly validation: Examples
  readonly samplePrompts: readonly string[]
}

export interface UploadedData {
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
}

/** A job to create. Its name is the key: creating it again finds the one that is there. */
export interface JobOrder {
  readonly jobName: string
  /** What groups and experiments are called after, for all versions of a model; not unique. */
  readonly resourceName: string
  /** Wire map, complete. */
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly uris: UploadedData
  readonly checkpointUri: string
  readonly choice: CloudChoice | null
}

/** A job, whatever its kind. */
export interface WayJob extends TrainingJob {
  /** The training job whose log holds the curve; null while there is none, or where curves come from elsewhere. */
  readonly logJobName: string | null
}

/** A base model, ready to be trained. */
export interface TrainableModel {
  readonly baseModel: BaseModel
  /** For what this computer measures and serves; null where there is no such document. */
  readonly hubModel: HubModel | null
  /**
   * The rows in the way's own format.
   * @throws AppError TooManyRows, DatasetTooSmall, TooManyLongRows
   */
  dataFiles(
    connection: Connection,
    data: VersionData,
    promptTemplate: PromptTemplate,
  ): Promise<DataFiles>
  /** @returns the job's ARN */
  submit(connection: Connection, order: JobOrder): Promise<string>
}

export interface Way {
  readonly way: TrainingWay
  /** What the account's region offers; the hub's models are read once for all ways. */
  listBaseModels(connection: Connection, documents: HubDocuments): Promise<BaseModel[]>
  /** @throws AppError NotFound */
  describeBaseModel(
    connection: Connection,
    name: string,
    documents: HubDocuments,
  ): Promise<TrainableModel>
  /** Letters, digits and single hyphens, as long as AWS allows; ends in random letters. */
  nameJob(modelName: string, baseModelName: string): string
  /** @throws AppError NotFound */
  describeJob(connection: Connection, candidate: Candidate): Promise<WayJob>
  /** Curves that stand elsewhere than in the log; points that were read before may come again. */
  readPoints(
    connection: Connection,
    candidate: Candidate,
    job: WayJob,
    hasPoints: boolean,
  ): Promise<MetricPoint[]>
  /** A job that has ended already is left as it is. @throws AppError NotFound */
  stop(connection: Connection, candidate: Candidate): Promise<void>
  /** Jobs at a time in this account and region, as far as AWS publishes it; null: no such limit. */
  mostJobs(connection: Connection): number | null
}
