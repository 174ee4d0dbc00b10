import { mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  createAccountAccess,
  type SignInPrompts,
} from '../../../../electron/aws/credentials/accountAccess.ts'
import { listProfiles } from '../../../../electron/aws/credentials/sharedConfig.ts'
import type { SsoToken } from '../../../../electron/aws/credentials/ssoToken.ts'
import { directNetwork } from '../../../../electron/aws/requestHandler.ts'
import type { AccessKeys, CredentialSource } from '../../../../shared/workspace.ts'
import {
  plantedSecrets,
  startSignInDouble,
  type SignInDouble,
} from '../../../support/aws/signInDouble.ts'

let home: string
let double: SignInDouble
let nowMs: number
let kept: SsoToken | null
const never = new AbortController().signal

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'timbre-home-'))
  double = await startSignInDouble()
  nowMs = Date.now()
  kept = null
  vi.stubEnv('HOME', home)
  vi.stubEnv('USERPROFILE', home)
  for (const name of [
    'AWS_PROFILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_CONFIG_FILE',
  ])
    vi.stubEnv(name, undefined)
  await mkdir(path.join(home, '.aws'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await double.close()
  await rm(home, { recursive: true })
})

const writeConfig = (text: string) => writeFile(path.join(home, '.aws', 'config'), text)

function open(source: CredentialSource, keys: AccessKeys | null = null) {
  return createAccountAccess({
    source,
    region: 'eu-central-1',
    endpoints: { default: double.url },
    network: directNetwork,
    readKeys: async () => keys,
    ssoToken: {
      read: async () => kept,
      write: async (token) => void (kept = token),
    },
    now: () => nowMs,
  })
}

function prompts(overrides: Partial<SignInPrompts> = {}): SignInPrompts {
  return {
    flow: 'browser',
    openBrowser: async (url) => void double.browse(url),
    onCode: () => undefined,
    mfaCode: () => expect.unreachable(),
    closingWords: 'Done.',
    ...overrides,
  }
}

const ssoSource: CredentialSource = {
  kind: 'sso',
  startUrl: 'https://acme.awsapps.com/start',
  ssoRegion: 'eu-west-1',
  accountId: '123456789012',
  roleName: 'Analyst',
}

test('signs in through the browser, with PKCE, and is signed in from then on', async () => {
  const access = open(ssoSource)
  await expect(access.get()).rejects.toMatchObject({ code: 'SignInExpired' })
  await access.signIn(prompts(), never)
  expect(await access.get()).toMatchObject({
    accessKeyId: 'ASIASSOSSOSSOSSO0001',
    sessionToken: `${plantedSecrets.sessionToken} Analyst`,
  })
  expect(kept?.accessToken).toContain(plantedSecrets.accessToken)
})

test('a session that ends is renewed by itself; one that was ended asks for a person', async () => {
  double.lastsSeconds = 600
  const access = open(ssoSource)
  await access.signIn(prompts(), never)
  const first = kept?.accessToken
  nowMs += 9.5 * 60_000
  await access.get()
  expect(kept?.accessToken).not.toBe(first)
  double.endSessions()
  access.forget()
  await expect(access.get()).rejects.toMatchObject({ code: 'SignInExpired' })
  await access.signIn(prompts(), never)
  expect(await access.get()).toMatchObject({ accessKeyId: 'ASIASSOSSOSSOSSO0001' })
})

test('a code to compare works where the browser is elsewhere, and waits as it is told', async () => {
  double.devicePoll.push('AuthorizationPendingException', 'AuthorizationPendingException')
  const shown: string[] = []
  const access = open(ssoSource)
  await access.signIn(
    prompts({
      flow: 'code',
      openBrowser: async () => undefined,
      onCode: (code) => shown.push(code),
    }),
    never,
  )
  expect(shown).toEqual(['ABCD-EFGH'])
  expect(double.calls.filter((call) => call === '/token').length).toBe(3)
})

test('a sign-in that is declined, or cancelled, says so', async () => {
  const access = open(ssoSource)
  const declined = prompts({ openBrowser: async (url) => void double.browse(url, false) })
  await expect(access.signIn(declined, never)).rejects.toMatchObject({ code: 'SignInRefused' })
  const cancel = new AbortController()
  const waiting = access.signIn(prompts({ openBrowser: async () => cancel.abort() }), cancel.signal)
  await expect(waiting).rejects.toMatchObject({ code: 'Cancelled' })
  expect(kept).toBeNull()
})

test('whoever knocks at the callback without our state is refused', async () => {
  const access = open(ssoSource)
  await access.signIn(
    prompts({
      async openBrowser(url) {
        const redirect = new URL(new URL(url).searchParams.get('redirect_uri') ?? '')
        redirect.search = '?code=stolen&state=guessed'
        expect((await fetch(redirect)).status).toBe(404)
        void double.browse(url)
      },
    }),
    never,
  )
  expect(kept).not.toBeNull()
})

test('a profile’s session is shared with the command line, readable by its owner alone', async () => {
  await writeConfig(`[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
sso_region = eu-west-1

[profile analyst]
sso_session = acme
sso_account_id = 123456789012
sso_role_name = Analyst
region = eu-central-1
`)
  const access = open({ kind: 'profile', profile: 'analyst' })
  await expect(access.get()).rejects.toMatchObject({
    code: 'SignInExpired',
    details: { profile: 'analyst' },
  })
  await access.signIn(prompts(), never)
  expect(await access.get()).toMatchObject({ accessKeyId: 'ASIASSOSSOSSOSSO0001' })
  const cache = path.join(home, '.aws', 'sso', 'cache')
  const [name] = await readdir(cache)
  const file = path.join(cache, name ?? '')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    startUrl: 'https://acme.awsapps.com/start',
    region: 'eu-west-1',
  })
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
  // Another program with the same profile is signed in as well.
  expect(await open({ kind: 'profile', profile: 'analyst' }).get()).toBeDefined()
})

test('a role asks for a code once for all clients, and never in the background', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENVIRONMENT00001')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'environment-secret-key')
  const access = open({
    kind: 'role',
    roleArn: 'arn:aws:iam::123456789012:role/Trainer',
    sourceProfile: null,
    mfaSerial: 'arn:aws:iam::123456789012:mfa/ana',
    externalId: null,
  })
  await expect(access.get()).rejects.toMatchObject({ code: 'SignInExpired' })
  const asked: string[] = []
  const mfaCode = async (serial: string) => {
    asked.push(serial)
    return double.mfaCode
  }
  await access.signIn(prompts({ mfaCode }), never)
  await Promise.all([access.get(), access.get(), access.get()])
  expect(asked).toEqual(['arn:aws:iam::123456789012:mfa/ana'])
  expect(double.calls.filter((call) => call === 'AssumeRole').length).toBe(1)
  const wrong = prompts({ mfaCode: async () => '000000' })
  await expect(access.signIn(wrong, never)).rejects.toMatchObject({ code: 'AccessDenied' })
})

test('a profile’s role with MFA is found through its source profile', async () => {
  await writeConfig(`[profile base]
aws_access_key_id = AKIABASEBASEBASE0001
aws_secret_access_key = base-secret-access-key

[profile admin]
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/ana
`)
  expect(await listProfiles()).toMatchObject([
    { name: 'admin', kind: 'role', mfaSerials: ['arn:aws:iam::123456789012:mfa/ana'] },
    { name: 'base', kind: 'keys', mfaSerials: [] },
  ])
  const access = open({ kind: 'profile', profile: 'admin' })
  await expect(access.get()).rejects.toMatchObject({ code: 'SignInExpired' })
  await access.signIn(prompts({ mfaCode: async () => double.mfaCode }), never)
  expect(await access.get()).toMatchObject({ accessKeyId: 'ASIAROLEROLEROLE0001' })
})

test('a profile that is not there, and one that signs in elsewhere, say what to do', async () => {
  await writeConfig('[profile console]\nlogin_session = arn:aws:iam::123456789012:user/ana\n')
  await expect(open({ kind: 'profile', profile: 'gone' }).get()).rejects.toMatchObject({
    code: 'ProfileNotFound',
    details: { profile: 'gone' },
  })
  await expect(
    open({ kind: 'profile', profile: 'console' }).signIn(prompts(), never),
  ).rejects.toMatchObject({
    code: 'SignInElsewhere',
    details: { command: 'aws login --profile console' },
  })
})

test('a command’s credentials are taken, and what it printed stays out of its failure', async () => {
  const printed = JSON.stringify({
    Version: 1,
    AccessKeyId: 'AKIAPROCESSPROCESS01',
    SecretAccessKey: plantedSecrets.secretAccessKey,
  })
  const file = path.join(home, 'credentials.json')
  await writeFile(file, printed)
  const print = (path: string) =>
    `"${process.execPath}" -e "process.stdout.write(require('fs').readFileSync('${path}','utf8'))"`
  expect(await open({ kind: 'process', command: print(file) }).get()).toMatchObject({
    accessKeyId: 'AKIAPROCESSPROCESS01',
  })
  await writeFile(file, printed.replace('"Version":1', '"Version":2'))
  const failure = await open({ kind: 'process', command: print(file) })
    .get()
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'CredentialsMissing' })
  expect(JSON.stringify(failure) + String(failure)).not.toContain(plantedSecrets.secretAccessKey)
})
