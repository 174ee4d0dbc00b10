import { expect, test } from 'vitest'
import {
  codeLanguages,
  invocationCode,
  type InvocationFacts,
  type LaterFacts,
} from '../../shared/invocationCode.ts'

const facts: InvocationFacts = {
  endpointName: 'timbre-voice',
  endpointArn: 'arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/timbre-voice',
  region: 'cn-north-1',
  promptTemplate: '### "Q":\n{prompt}\n\\A:',
  example: 'It’s $5 & {prompt}?\u2028',
  maxNewTokens: 64,
  isLocal: false,
  component: null,
}
const later: LaterFacts = {
  ...facts,
  bucket: 'own-bucket',
  requestPrefix: 'timbre/async-requests/',
  answerPrefix: 'timbre/async/timbre-voice/',
  failurePrefix: 'timbre/async/timbre-voice/failures/',
  kmsKeyArn: null,
}

test('stays in the partition of the endpoint', () => {
  expect(invocationCode('curl', facts)).toContain(
    'https://runtime.sagemaker.cn-north-1.amazonaws.com.cn',
  )
  expect(JSON.parse(invocationCode('policy', facts))).toMatchObject({
    Statement: [{ Resource: facts.endpointArn }],
  })
  const curl = invocationCode('curl', later)
  expect(curl).toContain('https://runtime.sagemaker.cn-north-1.amazonaws.com.cn')
  expect(curl).toContain('https://s3.cn-north-1.amazonaws.com.cn')
  expect(JSON.parse(invocationCode('policy', later))).toMatchObject({
    Statement: [
      { Action: 'sagemaker:InvokeEndpointAsync', Resource: facts.endpointArn },
      { Action: 's3:PutObject', Resource: 'arn:aws-cn:s3:::own-bucket/timbre/async-requests/*' },
      {
        Action: 's3:GetObject',
        Resource: 'arn:aws-cn:s3:::own-bucket/timbre/async/timbre-voice/*',
      },
    ],
  })
})

test('the key of the bucket is allowed where there is one', () => {
  const kmsKeyArn = 'arn:aws-cn:kms:cn-north-1:123456789012:key/any'
  const policy = invocationCode('policy', { ...later, kmsKeyArn })
  expect(JSON.parse(policy).Statement.at(-1)).toMatchObject({
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: kmsKeyArn,
  })
})

const inCode = codeLanguages.filter((language) => language !== 'policy')

test.each(inCode.flatMap((language) => [facts, later].map((one) => ({ language, facts: one }))))(
  '$language names the endpoint, and writes texts so that they stay what they are',
  (given) => {
    const code = invocationCode(given.language, given.facts)
    expect(code).toContain('timbre-voice')
    expect(code).not.toContain('undefined')
    if (given.language === 'javascript' || given.language === 'java')
      expect(code).not.toContain('\u2028')
  },
)

test.each(inCode)(
  'in %s an endpoint that answers later is not asked to answer at once',
  (language) => {
    const code = invocationCode(language, later)
    expect(code).toMatch(/invoke[-_]?endpoint[-_]?async|async-invocations/i)
    expect(code).not.toMatch(
      /invoke-endpoint |invoke_endpoint\(|InvokeEndpointCommand|\/invocations/,
    )
  },
)
