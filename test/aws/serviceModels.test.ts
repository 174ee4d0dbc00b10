import { expect, test } from 'vitest'
import { decodeRequest } from '../support/aws/decodeRequest.ts'
import { serviceModels } from '../support/aws/serviceModel.ts'
import { isUsablePattern, validateValue } from '../support/aws/validateValue.ts'
import { queryOf, type WireRequest } from '../support/aws/wireRequest.ts'

const sageMaker = serviceModels.get('sagemaker')!

test('every pattern of the models can be used', () => {
  const unusable = [...serviceModels.values()].flatMap(({ service, shapes }) =>
    Object.entries(shapes)
      .filter(([, { pattern }]) => pattern !== undefined && !isUsablePattern(pattern))
      .map(([name, { pattern }]) => `${service}.${name}: ${pattern ?? ''}`),
  )
  expect(unusable).toEqual([])
})

const job = {
  TrainingJobName: 'timbre-voice-1',
  RoleArn: 'arn:aws:iam::123456789012:role/TimbreExecution',
  OutputDataConfig: { S3OutputPath: 's3://bucket/jobs/' },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
}

test('accepts what AWS accepts', () => {
  expect(validateValue(sageMaker, 'CreateTrainingJobRequest', job)).toEqual([])
})

test.each([
  ['a missing member', { RoleArn: undefined }, 'RoleArn', /required/],
  ['a member that is not known', { Roll: 'x' }, 'Roll', /not a member/],
  ['a name with an underscore', { TrainingJobName: 'a_b' }, 'TrainingJobName', /does not match/],
  [
    'a name that is too long',
    { TrainingJobName: 'a'.repeat(64) },
    'TrainingJobName',
    /more than 63/,
  ],
  [
    'a number for a string',
    { HyperParameters: { epoch: 3 } },
    'HyperParameters.epoch',
    /not a string/,
  ],
  [
    'a value outside its enum',
    { OutputDataConfig: { S3OutputPath: 's3://b/', CompressionType: 'ZIP' } },
    'OutputDataConfig.CompressionType',
    /not one of/,
  ],
  [
    'a number outside its range',
    { StoppingCondition: { MaxRuntimeInSeconds: 0 } },
    'StoppingCondition.MaxRuntimeInSeconds',
    /less than 1/,
  ],
  [
    'too many entries',
    { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' })) },
    'Tags',
    /more than 50/,
  ],
])('refuses %s', (_, change, path, message) => {
  const problems = validateValue(sageMaker, 'CreateTrainingJobRequest', { ...job, ...change })
  expect(problems).toContainEqual({ path, message: expect.stringMatching(message) })
})

test('refuses a union with two members', () => {
  const value = { TextGenerationJobConfig: {}, TabularJobConfig: { TargetAttributeName: 'x' } }
  expect(validateValue(sageMaker, 'AutoMLProblemTypeConfig', value)).toContainEqual({
    path: '',
    message: 'must have one member, not 2',
  })
})

function request(method: string, target: string, more: Partial<WireRequest> = {}): WireRequest {
  const [path = '', search = ''] = target.split('?')
  return { method, path, query: queryOf(search), headers: {}, body: null, signedFor: 's3', ...more }
}

test.each([
  ['PUT', '/bucket', 'CreateBucket', { Bucket: 'bucket' }],
  ['PUT', '/bucket/a/b%20c?x-id=PutObject', 'PutObject', { Bucket: 'bucket', Key: 'a/b c' }],
  ['POST', '/bucket/key?uploads', 'CreateMultipartUpload', { Key: 'key' }],
  ['PUT', '/bucket/key?partNumber=2&uploadId=u', 'UploadPart', { PartNumber: 2, UploadId: 'u' }],
  ['POST', '/bucket/key?uploadId=u', 'CompleteMultipartUpload', { UploadId: 'u' }],
  ['GET', '/bucket?list-type=2&prefix=a%2F', 'ListObjectsV2', { Prefix: 'a/' }],
  ['GET', '/bucket?uploads', 'ListMultipartUploads', { Bucket: 'bucket' }],
  ['GET', '/bucket/key?uploadId=u', 'ListParts', { UploadId: 'u' }],
  ['GET', '/bucket/key', 'GetObject', { Key: 'key' }],
  ['HEAD', '/bucket', 'HeadBucket', { Bucket: 'bucket' }],
])('reads %s %s as %s', (method, target, operation, input) => {
  const decoded = decodeRequest(request(method, target))
  expect(decoded.operation.name).toBe(operation)
  expect(decoded.input).toMatchObject(input)
})

test('reads lists and structures of a form', () => {
  const body = Buffer.from(
    'Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&ActionNames.member.1=s3%3AGetObject&ActionNames.member.2=s3%3APutObject&ContextEntries.member.1.ContextKeyName=k',
  )
  const { input } = decodeRequest(request('POST', '/', { body, signedFor: 'iam' }))
  expect(input).toMatchObject({
    ActionNames: ['s3:GetObject', 's3:PutObject'],
    ContextEntries: [{ ContextKeyName: 'k' }],
  })
})

test('reads a document of S3', () => {
  const body = Buffer.from(
    '<CompleteMultipartUpload><Part><ETag>"a"</ETag><PartNumber>1</PartNumber></Part><Part><ETag>"b"</ETag><PartNumber>2</PartNumber></Part></CompleteMultipartUpload>',
  )
  const { input } = decodeRequest(request('POST', '/b/k?uploadId=u', { body }))
  expect(input['MultipartUpload']).toEqual({
    Parts: [
      { ETag: '"a"', PartNumber: 1 },
      { ETag: '"b"', PartNumber: 2 },
    ],
  })
})

test('names an operation that no model has', () => {
  const headers = { 'x-amz-target': 'SageMaker.DoMagic' }
  expect(() => decodeRequest(request('POST', '/', { signedFor: 'sagemaker', headers }))).toThrow(
    /no operation/,
  )
})
