import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { chooseLanguage } from '../../../electron/cli/chooseLanguage.ts'
import { withServices } from '../../../electron/cli/commandContext.ts'
import { updateSettings } from '../../../electron/db/settings.ts'

test('reports are written in the language of the command, whatever the window speaks', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-context-'))
  try {
    const context = {
      ...chooseLanguage(['--language', 'zh'], {}),
      dataDirectoryOption: directory,
      json: false,
      print: () => undefined,
    }
    const language = await withServices(context, async (services) => {
      updateSettings(services.db, { language: 'en' })
      return services.language()
    })
    expect(language).toBe('zh')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
