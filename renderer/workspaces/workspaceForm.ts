/** The form of a workspace: plain text fields, and the draft that they make. */
import type { z } from 'zod'
import {
  serviceNames,
  workspaceDraftSchema,
  type AwsWorkspace,
  type CredentialSource,
  type WorkspaceDraft,
} from '../../shared/workspace.ts'

export const sourceKinds = ['profile', 'sso', 'role', 'process', 'environment', 'keys'] as const

export interface WorkspaceFields {
  readonly name: string
  readonly kind: CredentialSource['kind']
  readonly profile: string
  readonly startUrl: string
  readonly ssoRegion: string
  readonly accountId: string
  readonly roleName: string
  readonly roleArn: string
  readonly sourceProfile: string
  readonly mfaSerial: string
  readonly externalId: string
  readonly command: string
  readonly region: string
  readonly executionRoleArn: string
  readonly bucket: string
  readonly prefix: string
  readonly budget: string
  readonly kmsKeyArn: string
  readonly subnets: string
  readonly securityGroups: string
  readonly tags: string
  readonly proxyUrl: string
  readonly caBundlePath: string
  readonly endpoints: string
}

export type FieldName = keyof WorkspaceFields

export interface FieldProps {
  readonly fields: WorkspaceFields
  /** What a text field is given. */
  readonly text: (name: FieldName) => {
    readonly value: string
    readonly error: string | false
    readonly onChange: (event: { readonly currentTarget: { readonly value: string } }) => void
  }
  readonly set: (change: Partial<WorkspaceFields>) => void
}

export const emptyFields: WorkspaceFields = {
  name: '',
  kind: 'profile',
  profile: '',
  startUrl: '',
  ssoRegion: '',
  accountId: '',
  roleName: '',
  roleArn: '',
  sourceProfile: '',
  mfaSerial: '',
  externalId: '',
  command: '',
  region: '',
  executionRoleArn: '',
  bucket: '',
  prefix: 'timbre',
  budget: '',
  kmsKeyArn: '',
  subnets: '',
  securityGroups: '',
  tags: '',
  proxyUrl: '',
  caBundlePath: '',
  endpoints: '',
}

export function fieldsOf(workspace: AwsWorkspace): WorkspaceFields {
  const { credentials: source } = workspace
  return {
    ...emptyFields,
    name: workspace.name,
    kind: source.kind,
    ...(source.kind === 'profile' && { profile: source.profile }),
    ...(source.kind === 'process' && { command: source.command }),
    ...(source.kind === 'sso' && {
      startUrl: source.startUrl,
      ssoRegion: source.ssoRegion,
      accountId: source.accountId,
      roleName: source.roleName,
    }),
    ...(source.kind === 'role' && {
      roleArn: source.roleArn,
      sourceProfile: source.sourceProfile ?? '',
      mfaSerial: source.mfaSerial ?? '',
      externalId: source.externalId ?? '',
    }),
    region: workspace.region,
    executionRoleArn: workspace.executionRoleArn ?? '',
    bucket: workspace.bucket ?? '',
    prefix: workspace.prefix,
    budget: workspace.monthlyBudget === null ? '' : String(workspace.monthlyBudget),
    kmsKeyArn: workspace.kmsKeyArn ?? '',
    subnets: workspace.vpc?.subnetIds.join(', ') ?? '',
    securityGroups: workspace.vpc?.securityGroupIds.join(', ') ?? '',
    tags: workspace.tags.map(({ key, value }) => `${key}=${value}`).join('\n'),
    proxyUrl: workspace.proxyUrl ?? '',
    caBundlePath: workspace.caBundlePath ?? '',
    endpoints: Object.entries(workspace.endpoints)
      .map(([service, url]) => `${service}=${url}`)
      .join('\n'),
  }
}

/** Why a field can't be taken as it is. */
export type Fault =
  { readonly kind: 'missing' | 'malformed' } | { readonly kind: 'tooLong'; readonly most: number }

export interface ReadForm {
  readonly draft: WorkspaceDraft | null
  readonly faults: ReadonlyMap<FieldName, Fault>
}

/** Those that are folded away until they are asked for. */
export const foldedFields: readonly FieldName[] = [
  'bucket',
  'prefix',
  'subnets',
  'securityGroups',
  'proxyUrl',
  'caBundlePath',
  'kmsKeyArn',
  'tags',
  'endpoints',
]

export function readForm(fields: WorkspaceFields): ReadForm {
  const parsed = workspaceDraftSchema.safeParse({
    name: fields.name,
    credentials: sourceFrom(fields),
    region: fields.region.trim(),
    executionRoleArn: orNull(fields.executionRoleArn),
    bucket: orNull(fields.bucket),
    prefix: fields.prefix.trim(),
    kmsKeyArn: orNull(fields.kmsKeyArn),
    vpc: vpcFrom(fields),
    tags: linesOf(fields.tags).map(([key, value]) => ({ key, value })),
    proxyUrl: orNull(fields.proxyUrl),
    caBundlePath: orNull(fields.caBundlePath),
    endpoints: Object.fromEntries(linesOf(fields.endpoints)),
    monthlyBudget: fields.budget.trim() === '' ? null : Number(fields.budget),
  })
  if (parsed.success) return { draft: parsed.data, faults: new Map() }
  const faults = new Map<FieldName, Fault>()
  for (const issue of parsed.error.issues) {
    const field = fieldAt(issue.path)
    if (!faults.has(field)) faults.set(field, faultOf(fields[field], issue))
  }
  return { draft: null, faults }
}

function faultOf(typed: string, issue: z.core.$ZodIssue): Fault {
  if (typed.trim() === '') return { kind: 'missing' }
  if (issue.code === 'too_big' && issue.origin === 'string')
    return { kind: 'tooLong', most: Number(issue.maximum) }
  return { kind: 'malformed' }
}

function sourceFrom(fields: WorkspaceFields): object {
  switch (fields.kind) {
    case 'profile':
      return { kind: 'profile', profile: fields.profile }
    case 'sso':
      return {
        kind: 'sso',
        startUrl: fields.startUrl.trim(),
        ssoRegion: fields.ssoRegion.trim(),
        accountId: fields.accountId.trim(),
        roleName: fields.roleName,
      }
    case 'role':
      return {
        kind: 'role',
        roleArn: fields.roleArn,
        sourceProfile: orNull(fields.sourceProfile),
        mfaSerial: orNull(fields.mfaSerial),
        externalId: orNull(fields.externalId),
      }
    case 'process':
      return { kind: 'process', command: fields.command }
    case 'environment':
    case 'keys':
      return { kind: fields.kind }
  }
}

function vpcFrom({ subnets, securityGroups }: WorkspaceFields): object | null {
  const list = (text: string) => text.split(/[\s,]+/).filter((part) => part !== '')
  const [subnetIds, securityGroupIds] = [list(subnets), list(securityGroups)]
  return subnetIds.length + securityGroupIds.length === 0 ? null : { subnetIds, securityGroupIds }
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}

/** Lines of name=value; one without an equals sign has an empty value. */
function linesOf(text: string): (readonly [string, string])[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const equals = line.indexOf('=')
      return equals < 0
        ? ([line, ''] as const)
        : ([line.slice(0, equals).trim(), line.slice(equals + 1).trim()] as const)
    })
}

const fieldByPath: Readonly<Record<string, FieldName>> = {
  monthlyBudget: 'budget',
  'vpc.subnetIds': 'subnets',
  'vpc.securityGroupIds': 'securityGroups',
}

function fieldAt(path: readonly PropertyKey[]): FieldName {
  const [first, second] = path.map(String)
  const field =
    fieldByPath[`${first}.${second}`] ??
    (first === 'credentials' ? second : (fieldByPath[first ?? ''] ?? first))
  return field !== undefined && field in emptyFields ? (field as FieldName) : 'name'
}

/** For the hint below the field. */
export const endpointServices = serviceNames.join(', ')
