/** Roles that SageMaker may take on: found among the account's, or made. */
import {
  CreateRoleCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { z } from 'zod'
import type { PolicyDocument } from '../../../shared/policies.ts'
import { sageMakerService } from '../../../shared/policies.ts'
import type { TrustingRole } from '../../../shared/setup.ts'
import { fromSdkError, withAwsErrors } from '../errors.ts'
import type { OpenAccount } from '../workspace.ts'

type Account = Pick<OpenAccount, 'clients'>

/** Accounts may hold thousands of roles. */
const mostPages = 20
const oneOrMany = z.union([z.string(), z.array(z.string())])
const trustSchema = z.object({
  Statement: z.union([z.looseObject({}), z.array(z.looseObject({}))]),
})
const statementSchema = z.looseObject({
  Effect: z.string(),
  Principal: z.union([z.string(), z.looseObject({ Service: oneOrMany.optional() })]).optional(),
})

/** By name. */
export async function listTrustingRoles({ clients }: Account): Promise<TrustingRole[]> {
  const { iam } = await clients.cloud()
  const roles: TrustingRole[] = []
  let marker: string | undefined
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await withAwsErrors(() =>
      iam.send(new ListRolesCommand({ MaxItems: 1000, Marker: marker })),
    )
    for (const role of answer.Roles ?? []) {
      if (trustsSageMaker(role.AssumeRolePolicyDocument))
        roles.push({ name: role.RoleName ?? '', arn: role.Arn ?? '' })
    }
    if (answer.IsTruncated !== true) break
    marker = answer.Marker
  }
  return roles.toSorted((a, b) => a.name.localeCompare(b.name))
}

export interface FoundRole {
  readonly arn: string
  readonly trustsSageMaker: boolean
}

/** Null where there is no such role. @param roleArn of any path: IAM knows roles by their last name */
export async function findRole({ clients }: Account, roleArn: string): Promise<FoundRole | null> {
  const { iam } = await clients.cloud()
  const RoleName = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }))
    return {
      arn: Role?.Arn ?? '',
      trustsSageMaker: trustsSageMaker(Role?.AssumeRolePolicyDocument),
    }
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'NotFound') return null
    throw refusal
  }
}

export interface NewRole {
  readonly name: string
  readonly description: string
  readonly trust: PolicyDocument
  readonly policy: PolicyDocument
}

/** One that is there already by this name is kept, and gets the policy. @returns its ARN */
export async function createRole({ clients }: Account, role: NewRole): Promise<string> {
  const { iam } = await clients.cloud()
  let arn: string
  try {
    const created = await iam.send(
      new CreateRoleCommand({
        RoleName: role.name,
        AssumeRolePolicyDocument: JSON.stringify(role.trust),
        Description: role.description,
        Tags: [{ Key: 'created-by', Value: 'timbre' }],
      }),
    )
    arn = created.Role?.Arn ?? ''
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code !== 'NameTaken') throw refusal
    const { Role } = await withAwsErrors(() =>
      iam.send(new GetRoleCommand({ RoleName: role.name })),
    )
    arn = Role?.Arn ?? ''
  }
  await withAwsErrors(() =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: role.name,
        PolicyName: role.name,
        PolicyDocument: JSON.stringify(role.policy),
      }),
    ),
  )
  return arn
}

/** @param text URL-encoded JSON, as IAM gives it */
function trustsSageMaker(text: string | undefined): boolean {
  if (text === undefined) return false
  let document: unknown
  try {
    document = JSON.parse(decodeURIComponent(text))
  } catch {
    return false
  }
  const parsed = trustSchema.safeParse(document)
  if (!parsed.success) return false
  return [parsed.data.Statement].flat().some((statement) => {
    const read = statementSchema.safeParse(statement)
    if (!read.success || read.data.Effect !== 'Allow') return false
    const { Principal } = read.data
    return (
      typeof Principal === 'object' && [Principal.Service ?? []].flat().includes(sageMakerService)
    )
  })
}
