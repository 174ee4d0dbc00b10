/** Prints a page that needs nothing else to a PDF document, in a window that nobody sees. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { BrowserWindow } from 'electron'

/** Without scripts, without the app's session, and without a bridge: the page is only drawn. */
export async function printPdf(html: string): Promise<Uint8Array> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'timbre-print-'))
  const file = path.join(folder, 'report.html')
  // An address that holds the page itself may be too long for it.
  await writeFile(file, html, { mode: 0o600 })
  const window = new BrowserWindow({
    show: false,
    webPreferences: { javascript: false, sandbox: true, partition: 'print' },
  })
  try {
    await window.loadFile(file)
    return await window.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      preferCSSPageSize: true,
      generateTaggedPDF: true,
    })
  } finally {
    window.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}
