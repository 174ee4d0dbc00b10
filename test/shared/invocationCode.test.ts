import { expect, test } from 'vitest'
import { codeLanguages, invocationCode, type InvocationFacts } from '../../shared/invocationCode.ts'

const facts: InvocationFacts = {
  endpointName: 'timbre-voice',
  endpointArn: 'arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/timbre-voice',
  region: 'cn-north-1',
  partition: 'aws-cn',
  promptTemplate: '### "Q":\n{prompt}\n\\A:',
  example: 'It’s $5 & {prompt}?\u2028',
  maxNewTokens: 64,
  isLocal: false,
}

test('stays in the partition of the endpoint', () => {
  expect(invocationCode('curl', facts)).toContain(
    'https://runtime.sagemaker.cn-north-1.amazonaws.com.cn',
  )
  expect(JSON.parse(invocationCode('policy', facts))).toMatchObject({
    Statement: [{ Resource: facts.endpointArn }],
  })
})

test.each(codeLanguages.filter((language) => language !== 'policy'))(
  '%s names the endpoint, and writes texts so that they stay what they are',
  (language) => {
    const code = invocationCode(language, facts)
    expect(code).toContain('timbre-voice')
    expect(code).not.toContain('undefined')
    if (language === 'javascript' || language === 'java') expect(code).not.toContain('\u2028')
  },
)
