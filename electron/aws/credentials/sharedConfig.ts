/** The shared config and credentials files of AWS's tools: which profiles there are, and what each takes to sign in. */
import { loadSsoSessionData, parseKnownFiles } from '@smithy/core/config'
import type { Profile } from '../../../shared/awsProfile.ts'

type Section = Readonly<Record<string, string | undefined>>

/** Read anew each time: people edit these files while Timbre runs. AWS_CONFIG_FILE and its companion are honoured. */
export async function listProfiles(): Promise<Profile[]> {
  const sections = await parseKnownFiles({ ignoreCache: true })
  // From the text that has just been read.
  const sessions = await loadSsoSessionData()
  return Object.keys(sections)
    .map((name) => describeSection(name, sections, sessions))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** Undefined where the files don't have it. */
export async function findProfile(name: string): Promise<Profile | undefined> {
  return (await listProfiles()).find((profile) => profile.name === name)
}

function describeSection(
  name: string,
  sections: Readonly<Record<string, Section>>,
  sessions: Readonly<Record<string, Section>>,
): Profile {
  const mfaSerials: string[] = []
  let sso: Profile['sso'] = null
  let kind: Profile['kind'] = 'incomplete'
  // A role is taken with the credentials of another profile, which may be a role again.
  const visited = new Set<string>()
  for (let current: string | undefined = name; current !== undefined && !visited.has(current);) {
    visited.add(current)
    const section: Section = sections[current] ?? {}
    if (section['mfa_serial'] !== undefined) mfaSerials.push(section['mfa_serial'])
    const ownKind = kindOf(section)
    if (current === name) kind = ownKind
    if (ownKind === 'sso') sso = ssoOf(section, sessions)
    const next: string | undefined = ownKind === 'role' ? section['source_profile'] : undefined
    current = next
  }
  return { name, kind, region: sections[name]?.['region'] ?? null, mfaSerials, sso }
}

/** In the order in which the SDK decides. */
function kindOf(section: Section): Profile['kind'] {
  const has = (key: string) => section[key] !== undefined
  if (has('role_arn') && (has('source_profile') || has('credential_source'))) return 'role'
  if (has('aws_access_key_id') && has('aws_secret_access_key')) return 'keys'
  if (has('web_identity_token_file') && has('role_arn')) return 'webIdentity'
  if (has('credential_process')) return 'process'
  if (has('sso_session') || has('sso_start_url')) return 'sso'
  return has('login_session') ? 'login' : 'incomplete'
}

function ssoOf(section: Section, sessions: Readonly<Record<string, Section>>): Profile['sso'] {
  const sessionName = section['sso_session'] ?? null
  const source = sessionName === null ? section : (sessions[sessionName] ?? {})
  const startUrl = source['sso_start_url']
  const region = source['sso_region']
  if (startUrl === undefined || region === undefined) return null
  const scopes = source['sso_registration_scopes']?.split(',').map((scope) => scope.trim())
  return { sessionName, startUrl, region, scopes: scopes ?? ['sso:account:access'] }
}
