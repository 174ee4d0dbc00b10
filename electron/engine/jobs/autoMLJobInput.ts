/** CreateAutoMLJobV2's input, checked as AWS checks its members; what a text generation job asks for more, the server says. */
import { z } from 'zod'
import { jobName, roleArn, s3Uri, tags } from './trainingJobInput.ts'

export const autoMLJobName = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/)

/** The one content type that this engine reads; Autopilot's default. */
export const csvContentType = 'text/csv;header=present'

const kmsKeyId = z
  .string()
  .max(2048)
  .regex(/^[a-zA-Z0-9:/_-]*$/)
const vpcMember = z
  .string()
  .max(32)
  .regex(/^[-0-9a-zA-Z]+$/)
const seconds = z.number().int().min(1)

const channel = z.object({
  ChannelType: z.enum(['training', 'validation']).default('training'),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.enum(['None', 'Gzip']).optional(),
  DataSource: z.object({
    S3DataSource: z.object({
      S3DataType: z.enum(['ManifestFile', 'S3Prefix', 'AugmentedManifestFile']),
      S3Uri: s3Uri,
    }),
  }),
})

const textGenerationJobConfig = z.object({
  BaseModelName: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/)
    .optional(),
  TextGenerationHyperParameters: z
    .record(
      z
        .string()
        .max(32)
        .regex(/^[a-zA-Z0-9._-]+$/),
      z
        .string()
        .max(16)
        .regex(/^[a-zA-Z0-9._-]+$/),
    )
    .refine((map) => Object.keys(map).length <= 30, 'must have at most 30 entries')
    .optional(),
  ModelAccessConfig: z.object({ AcceptEula: z.boolean() }).optional(),
  CompletionCriteria: z
    .object({
      MaxCandidates: z.number().int().min(1).max(750).optional(),
      MaxRuntimePerTrainingJobInSeconds: seconds.optional(),
      MaxAutoMLJobRuntimeInSeconds: seconds.optional(),
    })
    .optional(),
})

const otherProblem = z.looseObject({}).optional()

export const createAutoMLJobInput = z.object({
  AutoMLJobName: autoMLJobName,
  AutoMLJobInputDataConfig: z.array(channel).min(1).max(2),
  OutputDataConfig: z.object({ S3OutputPath: s3Uri.max(512), KmsKeyId: kmsKeyId.optional() }),
  AutoMLProblemTypeConfig: z.object({
    ImageClassificationJobConfig: otherProblem,
    TextClassificationJobConfig: otherProblem,
    TimeSeriesForecastingJobConfig: otherProblem,
    TabularJobConfig: otherProblem,
    TextGenerationJobConfig: textGenerationJobConfig.optional(),
  }),
  RoleArn: roleArn,
  Tags: tags.optional(),
  SecurityConfig: z
    .object({
      VolumeKmsKeyId: kmsKeyId.optional(),
      EnableInterContainerTrafficEncryption: z.boolean().optional(),
      VpcConfig: z
        .object({
          SecurityGroupIds: z.array(vpcMember).min(1).max(5),
          Subnets: z.array(vpcMember).min(1).max(16),
        })
        .optional(),
    })
    .optional(),
  AutoMLJobObjective: z.object({ MetricName: z.string() }).optional(),
  ModelDeployConfig: z
    .object({
      AutoGenerateEndpointName: z.boolean().optional(),
      EndpointName: jobName.optional(),
    })
    .optional(),
  DataSplitConfig: z.object({ ValidationFraction: z.number().min(0).max(1).optional() }).optional(),
  AutoMLComputeConfig: z
    .object({
      EmrServerlessComputeConfig: z.object({ ExecutionRoleARN: roleArn }).optional(),
    })
    .optional(),
})
export type CreateAutoMLJobInput = z.output<typeof createAutoMLJobInput>
export type AutoMLChannel = CreateAutoMLJobInput['AutoMLJobInputDataConfig'][number]
