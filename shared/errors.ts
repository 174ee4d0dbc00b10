/**
 * The one error type that crosses layers. Its code says what the person can do next; the words for people, in both
 * languages, live once in shared/locales/<language>/errors.json under the same code, with `details` filled in.
 */
import { z } from 'zod'

export const errorCodes = [
  // data
  'FileEmpty',
  'FileNotText',
  'FileUnreadable',
  'FileNotFound',
  'FileTooLarge',
  'FileChanged',
  'NotAFile',
  'FileDamaged',
  'ArchiveUnsafe',
  'ArchiveNothingUsable',
  'SheetNotFound',
  'NoDataRows',
  'NoColumns',
  'OneColumn',
  'CellTooLarge',
  'ColumnNotFound',
  'DatasetTooSmall',
  'SplitImpossible',
  'NothingToValidate',
  'DatasetNotFound',
  'DatasetInUse',
  'FixNotApplicable',
  'DiskFull',
  'DiskTooSmall',
  // models and jobs
  'NameInvalid',
  'NameTaken',
  'ModelNotFound',
  'CandidateNotFound',
  'CandidateNotReady',
  'CandidateInTraining',
  'NotInBin',
  'HyperparameterInvalid',
  'NotAModel',
  'BaseModelUnusable',
  'BaseModelInUse',
  'HubNameInvalid',
  'HubModelNotFound',
  'HubRevisionNotFound',
  'HubModelGated',
  'HubTokenRefused',
  'HubModelUnsupported',
  'HubModelQuantised',
  'HubModelNoWeights',
  'HubModelNoTokenizer',
  'HubFileToChoose',
  'HubFileDamaged',
  'HubDownloadBusy',
  'ExportFailed',
  'EvaluationSetMissing',
  'EvaluationSetInvalid',
  'EvaluationSetUnreachable',
  'ClassifierUnusable',
  'EncoderUnusable',
  'EvaluationRunning',
  'ModelAccessMissing',
  'InferenceProfileNeeded',
  'LibraryNotInRegion',
  'LibraryFailed',
  'ReportNotPrintable',
  'TrainingFailed',
  'TransformFailed',
  'TooManyRows',
  'TooManyLongRows',
  'LicenceNotAccepted',
  'LicenceChanged',
  'QuotaExceeded',
  'EndpointFailed',
  'EndpointGone',
  'EndpointAsleep',
  'HoldsOneModel',
  'MachineUnknown',
  'EndpointUnguarded',
  'NotServedByEndpoint',
  'ThroughputOnly',
  'ModelDeployed',
  'BundleInvalid',
  'BundleTampered',
  'BatchColumnMissing',
  // environment
  'EngineUnavailable',
  'NetworkUnavailable',
  'HubUnreachable',
  'HubUnavailable',
  'HubAnswerInvalid',
  'CredentialsMissing',
  'AccessDenied',
  'Throttled',
  'NotFound',
  'ClockSkewed',
  'InstanceQuotaExceeded',
  'InstanceNotInRegion',
  'CapacityShort',
  'PassRoleDenied',
  'PermissionMissing',
  'RoleNotAssumable',
  'KeyAccessDenied',
  'OutOfMemory',
  'ContainerUnhealthy',
  'RuntimeExceeded',
  'DataUnreadable',
  'DataRefused',
  'ModelRefused',
  'AnswerBroken',
  'AwsUnavailable',
  'BucketForeign',
  'UploadDamaged',
  'BudgetExceeded',
  'BudgetUsedUp',
  'WorkspaceNotFound',
  'WorkspaceNameTaken',
  'WorkspaceInUse',
  'WorkspaceIncomplete',
  // the command line
  'AccountMissing',
  'AccountToChoose',
  'CostNotAgreed',
  'ProfileNotFound',
  'SignInExpired',
  'SignInRefused',
  'SignInElsewhere',
  'CredentialsRefused',
  'CertificateUntrusted',
  'DatabaseTooNew',
  'DatabaseDamaged',
  'DataDirectoryUnusable',
  'Cancelled',
  'InvalidRequest',
  'Internal',
] as const
export const errorCodeSchema = z.enum(errorCodes)
export type ErrorCode = z.infer<typeof errorCodeSchema>

export const errorDetailsSchema = z.record(z.string(), z.union([z.string(), z.number()]))
export type ErrorDetails = z.infer<typeof errorDetailsSchema>

/** The plain form that crosses IPC and is stored with a failed candidate. */
export const appErrorDataSchema = z.object({
  code: errorCodeSchema,
  /** English, for logs; the page and the command line show the localised words of `code`. */
  message: z.string(),
  details: errorDetailsSchema,
  retryable: z.boolean(),
})
export type AppErrorData = z.infer<typeof appErrorDataSchema>

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly retryable: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
    this.retryable = options.retryable ?? false
  }

  toData(): AppErrorData {
    return {
      code: this.code,
      message: this.message,
      details: this.details,
      retryable: this.retryable,
    }
  }

  static fromData(data: AppErrorData): AppError {
    return new AppError(data.code, data.message, {
      details: data.details,
      retryable: data.retryable,
    })
  }
}

/** Anything thrown, as an AppError; what nobody translated becomes `Internal` with its cause kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('Internal', message, { cause: thrown, details: { message } })
}
