/** The policy that Timbre asks an administrator for, held against the calls that stand in its source. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { executionRolePolicy, userPolicy, type PolicyDocument } from '../../shared/policies.ts'

const facts = {
  region: 'us-east-1',
  account: '123456789012',
  bucket: 'any',
  prefix: 'timbre',
  executionRoleArn: 'arn:aws:iam::123456789012:role/TimbreExecution',
  kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/any',
  usesVpc: true,
}

/** IAM's name of a client's service. */
const services: Readonly<Record<string, string>> = {
  'client-application-auto-scaling': 'application-autoscaling',
  'client-bedrock': 'bedrock',
  'client-bedrock-runtime': 'bedrock',
  'client-cloudwatch': 'cloudwatch',
  'client-cloudwatch-logs': 'logs',
  'client-iam': 'iam',
  'client-pricing': 'pricing',
  'client-s3': 's3',
  'client-sagemaker': 'sagemaker',
  'client-sagemaker-runtime': 'sagemaker',
  'client-scheduler': 'scheduler',
  'client-service-quotas': 'servicequotas',
}

/** Actions that are not named after their operation. */
const otherNames: Readonly<Record<string, string>> = {
  'bedrock:Converse': 'bedrock:InvokeModel',
  'bedrock:ConverseStream': 'bedrock:InvokeModelWithResponseStream',
  's3:HeadObject': 's3:GetObject',
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListMultipartUploads': 's3:ListBucketMultipartUploads',
  's3:ListParts': 's3:ListMultipartUploadParts',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:UploadPart': 's3:PutObject',
  's3:CompleteMultipartUpload': 's3:PutObject',
}

/** Who signs in needs no permission for it; a role that is taken on allows it itself. */
const unconditional = new Set(['client-sso-oidc', 'client-sts'])

/** Calls of the setup, which an administrator makes or grants for once, and what only this computer's engine is sent. */
const notForEveryone = new Set([
  's3:CreateBucket',
  's3:PutBucketEncryption',
  's3:PutBucketLifecycleConfiguration',
  's3:PutBucketPolicy',
  's3:PutPublicAccessBlock',
  's3:GetBucketPolicyStatus',
  's3:GetPublicAccessBlock',
  'iam:CreateRole',
  'iam:GetRole',
  'iam:PutRolePolicy',
  // Looking for files to import anywhere in the account takes rights beyond Timbre's own bucket.
  's3:ListBuckets',
  'sagemaker:ImportHubContent',
  'sagemaker:DeleteHubContent',
])

/** What AWS asks for beside the call itself, and what is signed without a client. */
const beside = [
  'iam:PassRole',
  'iam:CreateServiceLinkedRole',
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:DescribeKey',
  'kms:CreateGrant',
  's3:GetBucketLocation',
  'sagemaker:AddTags',
  'sagemaker:CallMlflowAppApi',
  'sagemaker-mlflow:GetRun',
  'sagemaker-mlflow:GetMetricHistory',
]

function actionsOf({ Statement }: PolicyDocument): Set<string> {
  return new Set(Statement.flatMap(({ Action }) => [Action].flat()))
}

/** Commands that are made anywhere in main, as IAM's actions. */
function calledActions(): Set<string> {
  const actions = new Set<string>()
  for (const file of globSync('electron/**/*.ts')) {
    if (file.startsWith('electron/engine/')) continue
    const source = readFileSync(file, 'utf8')
    for (const [, names = '', client = ''] of source.matchAll(
      /import \{([^}]*)\} from '@aws-sdk\/(client-[a-z0-9-]+)'/g,
    )) {
      if (unconditional.has(client)) continue
      for (const [, operation] of names.matchAll(/\b(\w+)Command\b/g)) {
        const service = services[client]
        if (service === undefined) throw new Error(`${client} of ${file} is not known here.`)
        const action = `${service}:${operation}`
        if (!notForEveryone.has(action)) actions.add(otherNames[action] ?? action)
      }
    }
  }
  return actions
}

test('allows every call that Timbre makes', () => {
  const called = calledActions()
  expect(called.size).toBeGreaterThan(60)
  const allowed = actionsOf(userPolicy(facts))
  expect([...called].filter((action) => !allowed.has(action))).toEqual([])
})

test('allows nothing that Timbre never does', () => {
  const called = calledActions()
  const wanted = new Set([...called, ...beside])
  expect([...actionsOf(userPolicy(facts))].filter((action) => !wanted.has(action))).toEqual([])
})

test('names each action whole: a simulation takes no patterns', () => {
  for (const policy of [userPolicy(facts), executionRolePolicy(facts)])
    for (const action of actionsOf(policy)) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/)
})

test('fits into what IAM takes for a managed policy', () => {
  // White space does not count. @see IAM's quotas
  expect(JSON.stringify(userPolicy(facts)).length).toBeLessThan(6144)
  expect(JSON.stringify(executionRolePolicy(facts)).length).toBeLessThan(6144)
})
