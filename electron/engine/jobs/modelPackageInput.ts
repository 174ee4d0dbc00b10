/** The model registry's inputs, checked as AWS checks them. Members that mean nothing here are kept as they were sent. */
import { z } from 'zod'
import { s3Uri, tags } from './trainingJobInput.ts'

const instanceType = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/)
const text = (most: number) => z.string().max(most)
const arnPrefix = '(arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:[a-z-]*\\/)?'
const nameBody = '([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)'

export const entityName = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
export const groupNameOrArn = text(170).regex(new RegExp(`^${arnPrefix}${nameBody}$`))
/** `name`, `group/version`, or either as an ARN. */
export const modelPackageName = text(176).regex(
  new RegExp(`^${arnPrefix}${nameBody}(\\/[0-9]{1,9})?$`),
)
export const modelPackageArn = text(2048).regex(
  /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package\/\S{1,2048}$/,
)
export const approvalStatus = z.enum(['Approved', 'Rejected', 'PendingManualApproval'])
export const description = text(1024).regex(/^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*$/u)

const metadataKey = text(128)
  .min(1)
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u)
const metadataValue = text(256)
  .min(1)
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u)
export const mostMetadataEntries = 50
const customerMetadata = z
  .record(metadataKey, metadataValue)
  .refine(
    (map) => Object.keys(map).length <= mostMetadataEntries,
    `Member must have length less than or equal to ${mostMetadataEntries}`,
  )

const modelDataSource = z.looseObject({
  S3DataSource: z
    .looseObject({
      S3Uri: s3Uri,
      S3DataType: z.enum(['S3Prefix', 'S3Object']),
      CompressionType: z.enum(['None', 'Gzip']),
    })
    .optional(),
})

const container = z.looseObject({
  ContainerHostname: text(63).optional(),
  Image: text(255).regex(/^\S+$/).optional(),
  ModelDataUrl: s3Uri.optional(),
  ModelDataSource: modelDataSource.optional(),
  Environment: z
    .record(text(1024).regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), text(1024))
    .refine(
      (map) => Object.keys(map).length <= 100,
      'Member must have length less than or equal to 100',
    )
    .optional(),
  Framework: z.string().optional(),
  FrameworkVersion: text(10)
    .min(3)
    .regex(/^[0-9]\.[A-Za-z0-9.-]+$/)
    .optional(),
  NearestModelName: z.string().optional(),
  BaseModel: z
    .looseObject({
      HubContentName: text(63).optional(),
      HubContentVersion: text(14)
        .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/)
        .optional(),
      RecipeName: text(255).optional(),
    })
    .optional(),
})

const inferenceSpecification = z.looseObject({
  Containers: z.array(container).min(1).max(15),
  SupportedTransformInstanceTypes: z.array(instanceType).min(1).optional(),
  SupportedRealtimeInferenceInstanceTypes: z.array(instanceType).optional(),
  SupportedContentTypes: z.array(text(256)).optional(),
  SupportedResponseMIMETypes: z.array(text(1024).regex(/^[-\w]+\/.+$/)).optional(),
})

const additionalSpecification = inferenceSpecification.extend({
  Name: entityName,
  Description: text(1024).optional(),
})

const metricsSource = z.looseObject({
  ContentType: text(256).regex(/^.+$/),
  S3Uri: s3Uri,
  ContentDigest: text(72)
    .regex(/^[Ss][Hh][Aa]256:[0-9a-fA-F]{64}$/)
    .optional(),
})
const measured = z.looseObject({
  Statistics: metricsSource.optional(),
  Constraints: metricsSource.optional(),
})

const modelCard = z.looseObject({
  ModelCardContent: text(100_000).optional(),
  ModelCardStatus: z.enum(['Draft', 'PendingReview', 'Approved', 'Archived']).optional(),
})
const lifeCycle = z.looseObject({
  Stage: text(63),
  StageStatus: text(63),
  StageDescription: text(1024).optional(),
})
const sourceUri = text(1024).regex(/^[\p{L}\p{M}\p{Z}\p{N}\p{P}]*$/u)
const registrationType = z.enum(['Logged', 'Registered'])
const clientToken = text(36).regex(/^[a-zA-Z0-9-]+$/)
const object = z.record(z.string(), z.unknown())

/** What a model package is described with; the names and ClientToken are the operation's own. */
const described = z.object({
  ModelPackageDescription: description.optional(),
  ModelPackageRegistrationType: registrationType.optional(),
  InferenceSpecification: inferenceSpecification.optional(),
  ValidationSpecification: object.optional(),
  SourceAlgorithmSpecification: z
    .looseObject({
      SourceAlgorithms: z
        .array(z.looseObject({ AlgorithmName: text(170), ModelDataUrl: s3Uri.optional() }))
        .min(1)
        .max(1),
    })
    .optional(),
  CertifyForMarketplace: z.boolean().optional(),
  ModelApprovalStatus: approvalStatus.optional(),
  MetadataProperties: z
    .object({
      CommitId: text(1024).optional(),
      Repository: text(1024).optional(),
      GeneratedBy: text(1024).optional(),
      ProjectId: text(1024).optional(),
    })
    .optional(),
  ModelMetrics: z
    .looseObject({
      ModelQuality: measured.optional(),
      ModelDataQuality: measured.optional(),
      Bias: z
        .looseObject({
          Report: metricsSource.optional(),
          PreTrainingReport: metricsSource.optional(),
          PostTrainingReport: metricsSource.optional(),
        })
        .optional(),
      Explainability: z.looseObject({ Report: metricsSource.optional() }).optional(),
    })
    .optional(),
  Domain: z.string().optional(),
  Task: z.string().optional(),
  SamplePayloadUrl: s3Uri.optional(),
  CustomerMetadataProperties: customerMetadata.optional(),
  DriftCheckBaselines: object.optional(),
  AdditionalInferenceSpecifications: z.array(additionalSpecification).min(1).max(15).optional(),
  SkipModelValidation: z.enum(['All', 'None']).optional(),
  SourceUri: sourceUri.optional(),
  SecurityConfig: object.optional(),
  ModelCard: modelCard.optional(),
  ModelLifeCycle: lifeCycle.optional(),
  ManagedStorageType: z.enum(['Restricted']).optional(),
})
export type ModelPackageFacts = z.output<typeof described>

export const createModelPackageInput = described.extend({
  ModelPackageName: entityName.optional(),
  ModelPackageGroupName: groupNameOrArn.optional(),
  Tags: tags.optional(),
  ClientToken: clientToken.optional(),
})

export const updateModelPackageInput = z.object({
  ModelPackageArn: modelPackageArn,
  ModelApprovalStatus: approvalStatus.optional(),
  ModelPackageRegistrationType: registrationType.optional(),
  ApprovalDescription: text(1024).optional(),
  CustomerMetadataProperties: customerMetadata.optional(),
  CustomerMetadataPropertiesToRemove: z.array(metadataKey).optional(),
  AdditionalInferenceSpecificationsToAdd: z
    .array(additionalSpecification)
    .min(1)
    .max(15)
    .optional(),
  InferenceSpecification: inferenceSpecification.optional(),
  SourceUri: sourceUri.optional(),
  ModelCard: modelCard.optional(),
  ModelLifeCycle: lifeCycle.optional(),
  ClientToken: clientToken.optional(),
})
