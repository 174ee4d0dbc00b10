/** An account's double as a workspace of the app, with keys typed in. */
import type { Page } from '@playwright/test'
import type { AwsDouble } from '../../support/aws/awsDouble.ts'
import { aDraft } from '../../support/aws/workspaceDraft.ts'

export async function addCompanyAccount(
  page: Page,
  double: AwsDouble,
  more: Parameters<typeof aDraft>[0] = {},
): Promise<void> {
  const draft = aDraft({
    name: 'Company account',
    region: double.region,
    executionRoleArn: `arn:aws:iam::${double.account}:role/TimbreExecution`,
    endpoints: { default: double.url },
    ...more,
  })
  await page.evaluate(async (wanted) => {
    const made = await window.timbre.invoke('workspace.create', wanted)
    if (!made.ok) throw new Error(made.error.message)
    const { id } = made.value as { id: string }
    const keys = {
      accessKeyId: 'AKIADOUBLEDOUBLE0001',
      secretAccessKey: 'double-secret-double-secret',
    }
    await window.timbre.invoke('workspace.setKeys', { id, keys })
    // The usual budget of calls is for people, who wait.
    await window.timbre.invoke('settings.update', { awsCallsPerMinute: 6000 })
  }, draft)
}
