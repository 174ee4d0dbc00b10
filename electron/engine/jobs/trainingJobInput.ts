/** CreateTrainingJob's input, checked as AWS checks it. */
import { z } from 'zod'

export const jobName = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
export const roleArn = z
  .string()
  .min(20)
  .max(2048)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/)
export const s3Uri = z
  .string()
  .max(1024)
  .regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/)
export const tags = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(50)

const channel = z.object({
  ChannelName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9.\-_]+$/),
  DataSource: z.object({
    S3DataSource: z.object({
      S3DataType: z.enum(['ManifestFile', 'S3Prefix', 'AugmentedManifestFile', 'Converse']),
      S3Uri: s3Uri,
      S3DataDistributionType: z.enum(['FullyReplicated', 'ShardedByS3Key']).optional(),
      ModelAccessConfig: z.object({ AcceptEula: z.boolean() }).optional(),
    }),
  }),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.enum(['None', 'Gzip']).optional(),
  InputMode: z.enum(['Pipe', 'File', 'FastFile']).optional(),
})

export const createTrainingJobInput = z.object({
  TrainingJobName: jobName,
  HyperParameters: z
    .record(z.string().max(256), z.string().max(2500))
    .refine((map) => Object.keys(map).length <= 100, 'must have at most 100 entries')
    .default({}),
  AlgorithmSpecification: z.object({
    TrainingImage: z.string().max(255),
    TrainingInputMode: z.enum(['Pipe', 'File', 'FastFile']),
    MetricDefinitions: z
      .array(z.object({ Name: z.string().min(1).max(255), Regex: z.string().min(1).max(500) }))
      .max(40)
      .optional(),
    EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
  }),
  RoleArn: roleArn,
  InputDataConfig: z.array(channel).min(1).max(20),
  OutputDataConfig: z.object({
    S3OutputPath: s3Uri,
    KmsKeyId: z.string().max(2048).optional(),
    CompressionType: z.enum(['GZIP', 'NONE']).optional(),
  }),
  ResourceConfig: z.object({
    InstanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/),
    InstanceCount: z.number().int().min(1),
    VolumeSizeInGB: z.number().int().min(1),
    KeepAlivePeriodInSeconds: z.number().int().min(0).max(21_600).optional(),
  }),
  CheckpointConfig: z
    .object({ S3Uri: s3Uri, LocalPath: z.string().max(4096).optional() })
    .optional(),
  StoppingCondition: z.object({
    MaxRuntimeInSeconds: z.number().int().min(1).max(2_419_200).optional(),
    MaxWaitTimeInSeconds: z.number().int().min(1).optional(),
  }),
  Tags: tags.optional(),
  EnableNetworkIsolation: z.boolean().optional(),
  EnableInterContainerTrafficEncryption: z.boolean().optional(),
  EnableManagedSpotTraining: z.boolean().optional(),
  Environment: z.record(z.string().max(512), z.string().max(512)).optional(),
})
export type CreateTrainingJobInput = z.output<typeof createTrainingJobInput>

/** `s3://bucket/key` -> its parts; the https form is not used by this engine's clients. */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri)
  return { bucket: match?.[1] ?? '', key: match?.[2] ?? '' }
}
