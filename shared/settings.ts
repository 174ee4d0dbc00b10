/** What the user can set; kept in SQLite, in plain sight. Secrets never live here. */
import { z } from 'zod'

export const languageSettingSchema = z.enum(['system', 'en', 'zh'])
export const settingsSchema = z.object({
  language: languageSettingSchema.default('system'),
  colorScheme: z.enum(['system', 'light', 'dark']).default('system'),
  notifications: z.boolean().default(true),
  /** Threads for training; 0 leaves one core free. */
  trainingThreads: z.number().int().min(0).max(256).default(0),
})
export type Settings = z.infer<typeof settingsSchema>

export type Language = 'en' | 'zh'

/** Simplified Chinese for every zh locale, English otherwise. */
export function resolveLanguage(setting: Settings['language'], systemLocale: string): Language {
  if (setting !== 'system') return setting
  return systemLocale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
