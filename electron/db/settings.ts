/** Table settings: one row per setting that was changed; the defaults live in the schema. */
import { settingsChangeSchema, settingsSchema, type Settings } from '../../shared/settings.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface SettingRecord {
  name: string
  value: string
}

const UPSERT_SETTING = `
  INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`

/** A stored value that this version cannot read counts as not set: settings must never keep the app from starting. */
export function getSettings(db: ReadableDb): Settings {
  const rows = db.prepare<[], SettingRecord>('SELECT name, value FROM settings').all()
  const readable = rows
    .map(({ name, value }) => ({ [name]: JSON.parse(value) as unknown }))
    .filter((setting) => settingsChangeSchema.safeParse(setting).success)
  return settingsSchema.parse(Object.assign({}, ...readable))
}

/** Changes the settings named in `change`; returns all of them. */
export function updateSettings(db: WritableDb, change: Partial<Settings>): Settings {
  return transact(db, () => {
    const upsert = db.prepare(UPSERT_SETTING)
    for (const [name, value] of Object.entries(change)) {
      if (value !== undefined) upsert.run(name, JSON.stringify(value))
    }
    return getSettings(db)
  })
}
