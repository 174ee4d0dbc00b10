/** What Bedrock asks for the next answers: by the token, and thus before they are written at most. */
import { useQuery } from '@tanstack/react-query'
import { answerCost } from '../../shared/answerCost.ts'
import { askedSideOf, type Speaker, type Turn } from '../../shared/playground.ts'
import { estimateTokens, readBaseModelId } from '../../shared/trainingWay.ts'
import { modelsQuery } from '../queries.ts'

interface Asked {
  readonly speakers: readonly Speaker[]
  readonly prompt: string
  /** What is put before it. */
  readonly earlier: readonly Turn[]
  readonly maxNewTokens: number
}

/** US dollars; null where Bedrock is not asked. */
export function useTokenCost({ speakers, prompt, earlier, maxNewTokens }: Asked): number | null {
  const { data: models = [] } = useQuery(modelsQuery)
  const candidates = models.flatMap(({ versions }) => versions.flatMap((one) => one.candidates))
  const names = speakers.flatMap((speaker) => {
    const asked = askedSideOf(speaker)
    const candidate = candidates.find(({ id }) => id === asked?.candidateId)
    const { way, name } = readBaseModelId(candidate?.baseModelId ?? '')
    return way === 'bedrock' ? [name] : []
  })
  if (names.length === 0) return null
  const read = estimateTokens(prompt) + earlier.length * maxNewTokens
  const tokens = earlier.reduce((sum, turn) => sum + estimateTokens(turn.prompt), read)
  return names.reduce(
    (sum, name) => sum + answerCost(name, { inputTokens: tokens, outputTokens: maxNewTokens }).cost,
    0,
  )
}
