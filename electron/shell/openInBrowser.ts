/** Pages of others open in the system's browser, where the person is signed in and sees whose page it is. */
import { shell } from 'electron'
import { isLoopbackHost } from '../../shared/hosts.ts'
import { AppError } from '../../shared/errors.ts'

/** @throws AppError InvalidRequest for whatever is no web page */
export async function openInBrowser(address: string): Promise<void> {
  const url = new URL(address)
  const isWebPage =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (!isWebPage) throw new AppError('InvalidRequest', `${url.protocol} is not opened`)
  await shell.openExternal(url.href)
}
