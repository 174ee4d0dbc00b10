/** What a trained candidate can be exported as. */
import { z } from 'zod'

export const exportFormatSchema = z.enum([
  'safetensors',
  'peft',
  'gguf-f16',
  'gguf-q8_0',
  'ollama',
  'oci',
])
export type ExportFormat = z.infer<typeof exportFormatSchema>

/** What the container converts to: Ollama and images take a GGUF with files of their own beside it. */
export type ConvertedFormat = Exclude<ExportFormat, 'ollama' | 'oci'>

export function convertedFormat(format: ExportFormat): ConvertedFormat {
  return format === 'ollama' || format === 'oci' ? 'gguf-q8_0' : format
}

/** How many of the questions the exported files answered word for word as the trained model; 0 of 0 where none were asked. */
export const exportResultSchema = z.object({
  equalAnswers: z.number().int().nonnegative(),
  asked: z.number().int().nonnegative(),
})
export type ExportResult = z.infer<typeof exportResultSchema>
