/** The workspace with an AWS account that a command means. */
import { AppError } from '../../shared/errors.ts'
import type { AwsWorkspace, Workspace } from '../../shared/workspace.ts'

/**
 * @param wanted its name or its id; left out: the only one
 * @throws AppError AccountMissing, AccountToChoose
 */
export function findAccount(
  workspaces: readonly Workspace[],
  wanted: string | undefined,
): AwsWorkspace {
  const accounts = workspaces.filter((workspace) => workspace.kind === 'aws')
  if (accounts.length === 0) throw new AppError('AccountMissing', 'There is no AWS workspace')
  const meant =
    wanted === undefined
      ? accounts
      : accounts.filter(({ id, name }) => id === wanted || name === wanted)
  const [account, ...others] = meant
  if (account && others.length === 0) return account
  throw new AppError('AccountToChoose', `No single workspace is meant by ${wanted}`, {
    details: { names: accounts.map(({ name }) => name).join(', ') },
  })
}
