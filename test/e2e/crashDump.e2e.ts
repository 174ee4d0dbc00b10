/** Keys that were typed in, and what a crash of the page writes to disk. */
import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { aDraft } from '../support/aws/workspaceDraft.ts'
import { launchApp, makeDataDirectory } from './support/launch.ts'
import { filesBelow, formsOf } from './support/secretForms.ts'

const secretAccessKey = 'planted-secret-9f3c1b7a5e2d4860planted'

const forms = formsOf(secretAccessKey)

const dumpsBelow = async (directory: string) =>
  (await filesBelow(directory)).filter((file) => file.endsWith('.dmp'))

test('a crash of the page leaves a dump without the keys that were typed in', async () => {
  const running = await launchApp(await makeDataDirectory())
  const { app, page } = running
  try {
    const made = await page.evaluate(
      (draft) => window.timbre.invoke('workspace.create', draft),
      aDraft({ name: 'Planted' }),
    )
    const { id } = (made.ok ? made.value : {}) as { id: string }
    // Reports are off as the app comes; here they are written, and go nowhere.
    const folder = await app.evaluate(({ app: electron, crashReporter }) => {
      crashReporter.start({ uploadToServer: false })
      return electron.getPath('crashDumps')
    })
    // A page that was there before is not reported on, so a new process takes its place.
    const typed = { id, keys: { accessKeyId: 'AKIAPLANTEDPLANTED01', secretAccessKey } }
    const isSet = await app.evaluate(async ({ BrowserWindow }, keys) => {
      const [window] = BrowserWindow.getAllWindows()
      if (!window) throw new Error('There is no window.')
      const { webContents } = window
      const crash = async () => {
        const gone = new Promise<void>((resolve) =>
          webContents.once('render-process-gone', () => resolve()),
        )
        webContents.forcefullyCrashRenderer()
        await gone
      }
      await crash()
      const loaded = new Promise<void>((resolve) =>
        webContents.once('did-finish-load', () => resolve()),
      )
      webContents.reload()
      await loaded
      // The page has held them, as it does when a person types them in.
      const set = `window.timbre.invoke('workspace.setKeys', ${JSON.stringify(keys)})`
      const { ok } = (await webContents.executeJavaScript(set)) as { ok: boolean }
      await crash()
      return ok
    }, typed)
    expect(isSet).toBe(true)
    await expect
      .poll(async () => (await dumpsBelow(folder)).length, { timeout: 20_000 })
      .toBeGreaterThan(0)
    for (const file of await dumpsBelow(folder)) {
      const bytes = await readFile(file)
      expect(bytes.subarray(0, 4).toString()).toBe('MDMP')
      for (const form of forms) expect(bytes.includes(form)).toBe(false)
    }
  } finally {
    await app.close()
  }
})
