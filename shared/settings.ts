/** What the user can set; kept in SQLite, in plain sight. Secrets never live here. */
import { z } from 'zod'
import { defaultIdleMinutes, idleMinutesSchema } from './endpoint.ts'
import { defaultHubUrl, hubUrlSchema } from './hubModel.ts'
import { localWorkspaceId } from './workspace.ts'

export const languageSettingSchema = z.enum(['system', 'en', 'zh'])

const fields = {
  language: languageSettingSchema,
  colorScheme: z.enum(['system', 'light', 'dark']),
  notifications: z.boolean(),
  /** Threads for training; 0 leaves one core free. */
  trainingThreads: z.number().int().min(0).max(256),
  /** The Hugging Face Hub, or a mirror of it. */
  hubUrl: hubUrlSchema,
  /** A test endpoint ends after so long without use. */
  endpointIdleMinutes: idleMinutesSchema,
  /** Where the next training goes. */
  workspaceId: z.string().min(1),
  /** How often an account at AWS may be asked about its trainings; AWS throttles those who ask too often. */
  awsCallsPerMinute: z.number().int().min(2).max(6000),
}

export const settingsSchema = z.object({
  language: fields.language.default('system'),
  colorScheme: fields.colorScheme.default('system'),
  notifications: fields.notifications.default(true),
  trainingThreads: fields.trainingThreads.default(0),
  hubUrl: fields.hubUrl.default(defaultHubUrl),
  endpointIdleMinutes: fields.endpointIdleMinutes.default(defaultIdleMinutes),
  workspaceId: fields.workspaceId.default(localWorkspaceId),
  awsCallsPerMinute: fields.awsCallsPerMinute.default(12),
})
/** Only what changes. `settingsSchema.partial()` would fill the missing ones with defaults and so reset them. */
export const settingsChangeSchema = z.object(fields).partial()

export type Settings = z.infer<typeof settingsSchema>

export type Language = 'en' | 'zh'

/** Simplified Chinese for every zh locale, English otherwise. */
export function resolveLanguage(setting: Settings['language'], systemLocale: string): Language {
  if (setting !== 'system') return setting
  return systemLocale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
