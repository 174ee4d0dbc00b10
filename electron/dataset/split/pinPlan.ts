import type { SplitPlan } from '../../../shared/workbench/splitChoice.ts'

/** A validation file in the state that it is in now, so that the version finds the same rows later. */
export async function pinPlan(
  plan: SplitPlan | undefined,
  contentOf: (datasetId: string) => Promise<string>,
): Promise<SplitPlan | undefined> {
  if (plan?.kind === 'random') return undefined
  if (plan?.kind !== 'file') return plan
  return { ...plan, contentSha256: await contentOf(plan.datasetId) }
}
