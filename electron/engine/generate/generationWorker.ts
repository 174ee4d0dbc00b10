/** Thread entry: holds one model and answers GenerationRequests; several run interleaved, token by token. */
import { parentPort, workerData } from 'node:worker_threads'
import { readModelConfig, readModelTokenizer } from '../model/modelFolder.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { generate } from './generate.ts'
import type { WeighedToken } from './generation.ts'
import type {
  GenerationRequest,
  GenerationResponse,
  GenerationWorkerData,
} from './generationMessages.ts'
import { LanguageModel } from './languageModel.ts'
import { weighTokens } from './weighTokens.ts'

if (!parentPort) throw new Error('generationWorker runs as a worker thread.')
const port = parentPort

const post = (response: GenerationResponse) => port.postMessage(response)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** As in generate(): a chat template's marks are special tokens. */
function readTokens(tokenizer: Tokenizer, text: string): WeighedToken[] {
  return tokenizer
    .encode(text, { allowSpecial: true })
    .map((id) => ({ id, text: tokenizer.decode([id]), logprob: null }))
}

async function serve({ modelDirectory, threads }: GenerationWorkerData): Promise<void> {
  const config = await readModelConfig(modelDirectory)
  const tokenizer = await readModelTokenizer(modelDirectory, config)
  const model = await LanguageModel.open(modelDirectory, config, threads)
  const running = new Set<number>()

  const answer = async ({ id, prompt, parameters }: GenerationRequest & { type: 'generate' }) => {
    running.add(id)
    try {
      for await (const token of generate(model, tokenizer, prompt, parameters)) {
        if (!running.has(id)) return
        post({ type: 'token', id, token })
      }
    } catch (error) {
      post({ type: 'failed', id, message: messageOf(error) })
    } finally {
      running.delete(id)
    }
  }

  const read = async ({ id, text, weigh }: GenerationRequest & { type: 'tokenize' }) => {
    try {
      const tokens = readTokens(tokenizer, text)
      post({ type: 'tokenized', id, tokens: weigh ? await weighTokens(model, tokens) : tokens })
    } catch (error) {
      post({ type: 'failed', id, message: messageOf(error) })
    }
  }

  port.on('message', (request: GenerationRequest) => {
    if (request.type === 'generate') void answer(request)
    else if (request.type === 'tokenize') void read(request)
    else if (request.type === 'cancel') running.delete(request.id)
    else {
      running.clear()
      port.close()
    }
  })
  post({ type: 'ready' })
}

try {
  await serve(workerData as GenerationWorkerData)
} catch (error) {
  post({ type: 'unusable', message: messageOf(error) })
}
