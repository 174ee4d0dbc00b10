/** Where work is done: this computer, or an account at AWS with the region, role and bucket to use there. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'
import { isLoopbackHost } from './hosts.ts'

/** The workspace that is always there. */
export const localWorkspaceId = 'local'

const roleArn = z
  .string()
  .trim()
  .max(2048)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[\w+=,.@/-]+$/)
const profileName = z.string().trim().min(1).max(200)
const text = (most: number) => z.string().trim().min(1).max(most)

/**
 * Where credentials come from. None of this is secret: typed-in keys and tokens are kept by the system's key store, see
 * electron/workspaces/workspaceKeys.ts.
 */
export const credentialSourceSchema = z.discriminatedUnion('kind', [
  /** Of the shared config and credentials files: keys, SSO, a role with MFA, credential_process, web identity. */
  z.object({ kind: z.literal('profile'), profile: profileName }),
  /** IAM Identity Center without a profile. */
  z.object({
    kind: z.literal('sso'),
    startUrl: z.url({ protocol: /^https?$/ }).max(2048),
    ssoRegion: z.string().regex(/^[a-z]{2}[a-z-]*-\d$/),
    accountId: z.string().regex(/^\d{12}$/),
    roleName: z
      .string()
      .trim()
      .regex(/^[\w+=,.@-]{1,64}$/),
  }),
  /** Another role, taken with the credentials of a profile or of the environment. */
  z.object({
    kind: z.literal('role'),
    roleArn,
    sourceProfile: profileName.nullable(),
    mfaSerial: text(256).nullable(),
    externalId: text(1224).nullable(),
  }),
  /** A command that prints credentials as JSON, as `credential_process` of the shared config does. */
  z.object({ kind: z.literal('process'), command: text(4096) }),
  /** AWS_ACCESS_KEY_ID and its companions, as they stood when Timbre was started. */
  z.object({ kind: z.literal('environment') }),
  /** Typed in. */
  z.object({ kind: z.literal('keys') }),
])
export type CredentialSource = z.infer<typeof credentialSourceSchema>

/** The services that are called, by the name of their client; `default` stands for all that are not named. */
export const serviceNames = [
  'default',
  'sageMaker',
  'runtime',
  's3',
  'logs',
  'sts',
  'iam',
  'serviceQuotas',
  'pricing',
  'bedrock',
  'bedrockRuntime',
  'scheduler',
  'cloudWatch',
  'applicationAutoScaling',
  'sso',
  'ssoOidc',
] as const
export const serviceNameSchema = z.enum(serviceNames)
export type ServiceName = z.infer<typeof serviceNameSchema>

/** Signed requests travel encrypted, unless they stay on this computer. */
const endpointUrl = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((url) => {
    const { protocol, hostname } = new URL(url)
    return protocol === 'https:' || isLoopbackHost(hostname)
  })

export const vpcSchema = z.object({
  subnetIds: z
    .array(z.string().regex(/^subnet-[0-9a-z]+$/))
    .min(1)
    .max(16),
  securityGroupIds: z
    .array(z.string().regex(/^sg-[0-9a-z]+$/))
    .min(1)
    .max(5),
})
export type Vpc = z.infer<typeof vpcSchema>

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
export const tagSchema = z.object({
  key: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .regex(tagText)
    .refine((key) => !/^aws:/i.test(key)),
  value: z.string().max(256).regex(tagText),
})
export type Tag = z.infer<typeof tagSchema>

export const regionSchema = z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/)

/** As S3 demands; without dots, which break its certificates and Canvas alike. */
export const bucketNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)

const fields = {
  name: text(60),
  credentials: credentialSourceSchema,
  region: regionSchema,
  /** Null until one was chosen: nothing can be trained before. */
  executionRoleArn: roleArn.nullable(),
  /** Null: the one that SageMaker's own tools use, `sagemaker-<region>-<account>`. */
  bucket: bucketNameSchema.nullable(),
  /** Below it stands everything that Timbre writes; without slashes at its ends. */
  prefix: z
    .string()
    .trim()
    .max(200)
    .regex(/^[\w.!*'()-]+(\/[\w.!*'()-]+)*$/),
  kmsKeyArn: z
    .string()
    .trim()
    .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[\w/-]+$/)
    .nullable(),
  vpc: vpcSchema.nullable(),
  /** One place of the 50 is Timbre's. */
  tags: z.array(tagSchema).max(45),
  proxyUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .refine((url) => new URL(url).username === '' && new URL(url).password === '')
    .nullable(),
  /** A PEM file of certificates that are trusted besides the usual ones. */
  caBundlePath: text(4096).nullable(),
  endpoints: z.partialRecord(serviceNameSchema, endpointUrl),
  /** In the currency of the region's partition; null: none set. */
  monthlyBudget: z.number().positive().max(10_000_000).nullable(),
}

/** What is typed in to make a workspace or to change one. */
export const workspaceDraftSchema = z.object({
  ...fields,
  executionRoleArn: fields.executionRoleArn.default(null),
  bucket: fields.bucket.default(null),
  prefix: fields.prefix.default('timbre'),
  kmsKeyArn: fields.kmsKeyArn.default(null),
  vpc: fields.vpc.default(null),
  tags: fields.tags.default([]),
  proxyUrl: fields.proxyUrl.default(null),
  caBundlePath: fields.caBundlePath.default(null),
  endpoints: fields.endpoints.default({}),
  monthlyBudget: fields.monthlyBudget.default(null),
})
export type WorkspaceDraft = z.infer<typeof workspaceDraftSchema>

export const awsWorkspaceSchema = z.object({
  ...fields,
  id: z.string(),
  kind: z.literal('aws'),
  createdAtMs: z.number(),
})
export type AwsWorkspace = z.infer<typeof awsWorkspaceSchema>

export const localWorkspaceSchema = z.object({
  id: z.literal(localWorkspaceId),
  kind: z.literal('local'),
})

export const workspaceSchema = z.discriminatedUnion('kind', [
  localWorkspaceSchema,
  awsWorkspaceSchema,
])
export type Workspace = z.infer<typeof workspaceSchema>

/** Who the credentials belong to. */
export const callerSchema = z.object({
  account: z.string(),
  arn: z.string(),
  userId: z.string(),
})
export type Caller = z.infer<typeof callerSchema>

/** Typed in, on their way to the key store; they never come back. */
export const accessKeysSchema = z.object({
  accessKeyId: z
    .string()
    .trim()
    .regex(/^\w{16,128}$/),
  secretAccessKey: z.string().trim().min(16).max(256),
  sessionToken: z.string().trim().min(1).max(8192).nullable().default(null),
})
export type AccessKeys = z.infer<typeof accessKeysSchema>

/** kept: by the key store. session: until Timbre ends, for there is no key store. */
export const keysStateSchema = z.object({
  state: z.enum(['none', 'kept', 'session']),
  canKeep: z.boolean(),
})
export type KeysState = z.infer<typeof keysStateSchema>

/** Why a workspace can't be followed just now; null once it can again. */
export const workspaceTroubleSchema = z.object({
  workspaceId: z.string(),
  error: appErrorDataSchema.nullable(),
})
export type WorkspaceTrouble = z.infer<typeof workspaceTroubleSchema>
