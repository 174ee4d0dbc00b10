/** What a principal may do, by IAM's own simulation of its policies. */
import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam'
import type { PolicyDocument, PolicyStatement } from '../../../shared/policies.ts'
import { withAwsErrors } from '../errors.ts'
import type { OpenAccount } from '../workspace.ts'

/** IAM evaluates at most so many pairs of action and resource in a call comfortably. */
const actionsAtOnce = 40

/**
 * @param principalArn of a user or a role, not of a session
 * @returns actions of the document that are not allowed on its resources, in its order
 * @throws AppError AccessDenied, PermissionMissing where simulating is not allowed
 */
export async function findMissingActions(
  { clients }: Pick<OpenAccount, 'clients'>,
  principalArn: string,
  wanted: PolicyDocument,
): Promise<string[]> {
  const { iam } = await clients.cloud()
  const missing: string[] = []
  for (const statement of wanted.Statement.filter(({ Effect }) => Effect === 'Allow')) {
    const actions = [statement.Action].flat()
    for (let from = 0; from < actions.length; from += actionsAtOnce) {
      const answer = await withAwsErrors(() =>
        iam.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: principalArn,
            ActionNames: actions.slice(from, from + actionsAtOnce),
            ResourceArns: resourcesOf(statement),
            ContextEntries: contextOf(statement),
            MaxItems: 1000,
          }),
        ),
      )
      for (const result of answer.EvaluationResults ?? []) {
        if (result.EvalDecision !== 'allowed' && result.EvalActionName !== undefined)
          missing.push(result.EvalActionName)
      }
    }
  }
  return [...new Set(missing)]
}

/** One example for each pattern: simulation takes no patterns but `*`. */
function resourcesOf({ Resource }: PolicyStatement): string[] {
  return [Resource ?? '*']
    .flat()
    .map((resource) => (resource === '*' ? resource : resource.replaceAll('*', 'timbre')))
}

function contextOf({ Condition }: PolicyStatement) {
  return Object.entries(Condition?.['StringEquals'] ?? {}).map(([key, value]) => ({
    ContextKeyName: key,
    ContextKeyType: 'string' as const,
    ContextKeyValues: [value].flat().map(String).slice(0, 1),
  }))
}
