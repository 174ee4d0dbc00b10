import { expect, test } from 'vitest'
import { canSignIn } from '../../shared/signIn.ts'

const sso = {
  kind: 'sso',
  startUrl: 'https://acme.awsapps.com/start',
  ssoRegion: 'eu-central-1',
  accountId: '123456789012',
  roleName: 'Analyst',
} as const
const ended = { code: 'SignInExpired', message: '', details: {}, retryable: false } as const

test('a session that has ended is begun again where there is a page for it', () => {
  expect(canSignIn(sso, ended)).toBe(true)
  expect(canSignIn({ kind: 'profile', profile: 'work' }, ended)).toBe(true)
})

test('typed-in keys, a command and the environment have no such page', () => {
  for (const source of [
    { kind: 'keys' },
    { kind: 'environment' },
    { kind: 'process', command: 'credentials' },
  ] as const)
    expect(canSignIn(source, ended)).toBe(false)
})

test('signing in is no remedy for anything else', () => {
  expect(canSignIn(sso, { ...ended, code: 'NetworkUnavailable' })).toBe(false)
  expect(canSignIn(sso, null)).toBe(false)
})
