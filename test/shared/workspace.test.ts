import { expect, test } from 'vitest'
import { workspaceDraftSchema } from '../../shared/workspace.ts'
import { aDraft } from '../support/aws/workspaceDraft.ts'

const accepts = (overrides: object) =>
  workspaceDraftSchema.safeParse({ ...aDraft(), ...overrides }).success

test.each(['us-east-1', 'cn-northwest-1', 'us-gov-east-1', 'us-isob-east-1', 'ap-southeast-3'])(
  '%s is a region',
  (region) => expect(accepts({ region })).toBe(true),
)

test.each([
  ['a region without number', { region: 'us-east' }],
  ['a bucket with dots', { bucket: 'my.bucket' }],
  ['a role of no account', { executionRoleArn: 'arn:aws:iam::12:role/X' }],
  ['a prefix that starts with a slash', { prefix: '/timbre' }],
  ['a proxy with a password', { proxyUrl: 'http://me:secret@proxy:3128' }],
  ['an endpoint that is not encrypted', { endpoints: { s3: 'http://minio.example' } }],
  ['a tag of AWS', { tags: [{ key: 'aws:x', value: '' }] }],
  ['a budget of nothing', { monthlyBudget: 0 }],
  ['a service that is not called', { endpoints: { ec2: 'https://ec2.example' } }],
])('refuses %s', (_, overrides) => expect(accepts(overrides)).toBe(false))

test.each([
  ['roles of China', { executionRoleArn: 'arn:aws-cn:iam::123456789012:role/path/X' }],
  ['an endpoint on this computer', { endpoints: { s3: 'http://127.0.0.1:9000' } }],
  ['a proxy', { proxyUrl: 'http://proxy.example:3128' }],
])('takes %s', (_, overrides) => expect(accepts(overrides)).toBe(true))
