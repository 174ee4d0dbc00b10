/** `timbre ask`: a candidate's answer, and its base model's. */
import type { AnswerSide } from '../../shared/playground.ts'
import { getCandidate } from '../db/candidates.ts'
import type { Services } from '../services.ts'
import { requireEndpointAgreement } from './agreedCost.ts'
import { withServices, type CommandContext } from './commandContext.ts'

const settings = { maxNewTokens: 160, temperature: 0, topP: 0.9, seed: 1 }

export interface AskOptions {
  readonly base?: boolean
  /** To what an endpoint costs. */
  readonly yes?: boolean
}

export function ask(
  context: CommandContext,
  candidateId: string,
  prompt: string,
  { base: withBase = false, yes = false }: AskOptions,
): Promise<void> {
  return withServices(context, async (services) => {
    getCandidate(services.db, candidateId)
    const sides = withBase ? (['tuned', 'base'] as const) : (['tuned'] as const)
    await requireEndpointAgreement(context, services, candidateId, sides, yes)
    await services.engine.start()
    const tuned = await answerOf(context, services, candidateId, 'tuned', prompt, withBase)
    const base = withBase
      ? await answerOf(context, services, candidateId, 'base', prompt, true)
      : undefined
    if (context.json) context.print(JSON.stringify({ candidateId, prompt, tuned, base }))
  })
}

/** Writes the answer as it comes, with a heading when there is more than one. */
export async function answerOf(
  context: CommandContext,
  services: Services,
  candidateId: string,
  side: AnswerSide,
  prompt: string,
  withHeading: boolean,
): Promise<string> {
  const candidate = getCandidate(services.db, candidateId)
  if (context.json) return services.playground.answer(candidate, side, prompt, settings)
  if (withHeading) {
    context.print(`${context.t(`cli:ask.${side}`)} (${candidate.baseModelName})`)
  }
  const answer = await services.playground.answer(candidate, side, prompt, settings, (text) =>
    process.stdout.write(text),
  )
  context.print('')
  return answer
}
