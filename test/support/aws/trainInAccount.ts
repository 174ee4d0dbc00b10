/** Candidates that an account's double has trained. */
import { getVersion } from '../../../electron/db/models.ts'
import type { Candidate } from '../../../shared/model.ts'
import { importQuestions } from '../services.ts'
import { lookAtAll, type CloudServices } from './cloudServices.ts'

const lookEveryMs = 2 * 60_000

/** @throws Error with the candidates as they are when they do not all complete */
export async function trainInAccount(
  { test, double, workspaceId }: CloudServices,
  baseModelIds: readonly string[],
): Promise<readonly Candidate[]> {
  const { services } = test
  const version = await services.startVersion({
    workspaceId,
    modelId: null,
    name: 'Help desk',
    problemType: 'fine-tune-foundation-model',
    datasetId: await importQuestions(test, 200),
    columns: { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 1,
    samplePrompts: [],
    candidates: baseModelIds.map((baseModelId) => ({ baseModelId, hyperparameters: {} })),
  })
  for (let round = 0; round < 60; round += 1) {
    double.advance(lookEveryMs)
    await lookAtAll(services)
    const { candidates } = getVersion(services.db, version.id)
    if (candidates.every(({ status }) => status === 'Completed')) return candidates
  }
  throw new Error(JSON.stringify(getVersion(services.db, version.id).candidates, null, 1))
}
