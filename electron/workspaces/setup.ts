/** The setup of a workspace: who am I, which role, which bucket, and may we do what is needed. */
import { AppError, toAppError } from '../../shared/errors.ts'
import {
  executionRolePolicy,
  executionRoleTrust,
  schedulerRolePolicy,
  schedulerRoleTrust,
  userPolicy,
  type PolicyFacts,
} from '../../shared/policies.ts'
import { arnIn } from '../../shared/partition.ts'
import type { SetupCheck, SetupReport, TrustingRole } from '../../shared/setup.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import { getCaller } from '../aws/identity.ts'
import { defaultBucket } from '../aws/s3.ts'
import { bucketExists, createPrivateBucket, isBucketPrivate } from '../aws/setup/bucket.ts'
import { createRole, findRole, listTrustingRoles } from '../aws/setup/roles.ts'
import { findMissingActions } from '../aws/setup/simulate.ts'
import { tryHarmlessly } from '../aws/setup/tryHarmlessly.ts'
import type { OpenAccount } from '../aws/workspace.ts'

export interface SetupOptions {
  readonly open: (workspaceId: string) => Promise<OpenAccount>
  /** @throws AppError WorkspaceNotFound */
  readonly workspace: (id: string) => AwsWorkspace
  readonly setExecutionRole: (id: string, roleArn: string) => void
  readonly now: () => number
}

export interface Setup {
  /** Never rejects for what AWS refuses: that is what it reports. @throws AppError WorkspaceNotFound */
  check(workspaceId: string): Promise<SetupReport>
  /** Of the account, by name. @throws AppError PermissionMissing */
  listRoles(workspaceId: string): Promise<TrustingRole[]>
  /** Makes the execution role with the least it needs, and chooses it. @returns its ARN */
  createRole(workspaceId: string): Promise<string>
  createBucket(workspaceId: string): Promise<void>
}

export const executionRoleName = 'TimbreExecution'

export function createSetup(options: SetupOptions): Setup {
  const factsOf = (workspace: AwsWorkspace, account: string): PolicyFacts => ({
    region: workspace.region,
    account,
    bucket: bucketOf(workspace, account),
    prefix: workspace.prefix,
    executionRoleArn:
      workspace.executionRoleArn ??
      arnIn(workspace.region, { service: 'iam', account, resource: `role/${executionRoleName}` }),
    kmsKeyArn: workspace.kmsKeyArn,
    usesVpc: workspace.vpc !== null,
  })

  return {
    async check(workspaceId) {
      const workspace = options.workspace(workspaceId)
      const checkedAtMs = options.now()
      let opened: OpenAccount
      try {
        const { clients } = await options.open(workspaceId)
        // Asked anew: the answer of the connection may be of yesterday.
        opened = { ...(await options.open(workspaceId)), caller: await getCaller(clients) }
      } catch (error) {
        return {
          workspaceId,
          account: null,
          callerArn: null,
          bucket: null,
          checks: [failed('identity', 'missing', '', error)],
          policies: [],
          checkedAtMs,
        }
      }
      const facts = factsOf(workspace, opened.caller.account)
      const checks = await Promise.all([
        ok('identity', opened.caller.arn),
        checkRole(opened, workspace),
        checkBucket(opened, facts),
        checkPrivacy(opened, facts),
        checkPermissions(opened, facts),
        checkRolePermissions(opened, workspace, facts),
      ])
      return {
        workspaceId,
        account: opened.caller.account,
        callerArn: opened.caller.arn,
        bucket: facts.bucket,
        checks,
        policies: policiesFor(facts),
        checkedAtMs,
      }
    },
    listRoles: async (workspaceId) => listTrustingRoles(await options.open(workspaceId)),
    async createRole(workspaceId) {
      const opened = await options.open(workspaceId)
      const facts = factsOf(options.workspace(workspaceId), opened.caller.account)
      const roleArn = await createRole(opened, {
        name: executionRoleName,
        description: 'Trains and serves models that were started with Timbre.',
        trust: executionRoleTrust(facts.account),
        policy: executionRolePolicy({
          ...facts,
          executionRoleArn: arnIn(facts.region, {
            service: 'iam',
            account: facts.account,
            resource: `role/${executionRoleName}`,
          }),
        }),
      })
      options.setExecutionRole(workspaceId, roleArn)
      return roleArn
    },
    async createBucket(workspaceId) {
      const opened = await options.open(workspaceId)
      const { bucket, kmsKeyArn } = factsOf(options.workspace(workspaceId), opened.caller.account)
      await createPrivateBucket(opened, bucket, kmsKeyArn)
    },
  }
}

function bucketOf({ bucket, region }: AwsWorkspace, account: string): string {
  return bucket ?? defaultBucket(region, account)
}

async function checkRole(opened: OpenAccount, workspace: AwsWorkspace): Promise<SetupCheck> {
  const roleArn = workspace.executionRoleArn
  if (roleArn === null) return { ...(await ok('role', '')), state: 'missing' }
  try {
    const role = await findRole(opened, roleArn)
    if (role?.trustsSageMaker) return await ok('role', roleArn)
    const error = new AppError('RoleNotAssumable', 'The role does not trust SageMaker', {
      details: { role: roleArn },
    })
    return failed('role', 'missing', roleArn, error)
  } catch (error) {
    return failed('role', isDenial(error) ? 'unknown' : 'missing', roleArn, error)
  }
}

async function checkBucket(
  opened: OpenAccount,
  { bucket, account }: PolicyFacts,
): Promise<SetupCheck> {
  try {
    const exists = await bucketExists(opened, bucket, account)
    return { ...(await ok('bucket', bucket)), state: exists ? 'ok' : 'missing' }
  } catch (error) {
    return failed('bucket', 'missing', bucket, error)
  }
}

async function checkPrivacy(opened: OpenAccount, { bucket }: PolicyFacts): Promise<SetupCheck> {
  try {
    const isPrivate = await isBucketPrivate(opened, bucket)
    return { ...(await ok('privacy', bucket)), state: isPrivate ? 'ok' : 'missing' }
  } catch (error) {
    // One that is not there yet is made private; one that may not be asked may be private all the same.
    return failed('privacy', 'unknown', bucket, error)
  }
}

async function checkPermissions(opened: OpenAccount, facts: PolicyFacts): Promise<SetupCheck> {
  const { arn } = opened.caller
  // An account's root may do everything, and IAM does not simulate it.
  if (arn.endsWith(':root')) return ok('permissions', arn)
  try {
    const principal = await principalOf(opened)
    const missing = await findMissingActions(opened, principal, userPolicy(facts))
    return { ...(await ok('permissions', principal)), ...judged(missing) }
  } catch (error) {
    if (!isDenial(error)) return failed('permissions', 'unknown', arn, error)
    const missing = await tryHarmlessly(opened)
    const state = missing.length > 0 ? 'missing' : 'unknown'
    return { ...failed('permissions', state, arn, error), missingActions: missing }
  }
}

async function checkRolePermissions(
  opened: OpenAccount,
  { executionRoleArn }: AwsWorkspace,
  facts: PolicyFacts,
): Promise<SetupCheck> {
  if (executionRoleArn === null) return { ...(await ok('rolePermissions', '')), state: 'unknown' }
  try {
    const missing = await findMissingActions(opened, executionRoleArn, executionRolePolicy(facts))
    return { ...(await ok('rolePermissions', executionRoleArn)), ...judged(missing) }
  } catch (error) {
    return failed('rolePermissions', 'unknown', executionRoleArn, error)
  }
}

/** IAM simulates users and roles, not the sessions that STS tells of; a session's name hides the role's path. */
async function principalOf(opened: OpenAccount): Promise<string> {
  const { arn, account } = opened.caller
  const roleName = /:assumed-role\/([^/]+)\//.exec(arn)?.[1]
  if (roleName === undefined) return arn
  const role = await findRole(opened, roleName).catch(() => null)
  return (
    role?.arn ?? arnIn(opened.region, { service: 'iam', account, resource: `role/${roleName}` })
  )
}

function judged(missingActions: string[]): Pick<SetupCheck, 'state' | 'missingActions'> {
  return { state: missingActions.length === 0 ? 'ok' : 'missing', missingActions }
}

async function ok(name: SetupCheck['name'], subject: string): Promise<SetupCheck> {
  return { name, state: 'ok', subject, missingActions: [], error: null }
}

function failed(
  name: SetupCheck['name'],
  state: SetupCheck['state'],
  subject: string,
  error: unknown,
): SetupCheck {
  return { name, state, subject, missingActions: [], error: toAppError(error).toData() }
}

function isDenial(error: unknown): boolean {
  const { code } = toAppError(error)
  return code === 'AccessDenied' || code === 'PermissionMissing'
}

function policiesFor(facts: PolicyFacts): SetupReport['policies'] {
  const json = (document: unknown) => JSON.stringify(document, null, 2)
  return [
    { name: 'user', json: json(userPolicy(facts)) },
    { name: 'executionRole', json: json(executionRolePolicy(facts)) },
    { name: 'executionTrust', json: json(executionRoleTrust(facts.account)) },
    { name: 'schedulerRole', json: json(schedulerRolePolicy(facts)) },
    { name: 'schedulerTrust', json: json(schedulerRoleTrust(facts.account)) },
  ]
}
