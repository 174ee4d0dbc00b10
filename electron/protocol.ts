/** The page is served over timbre://app/, never from file:, with a strict content policy and a fresh nonce per load. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'

export const scheme = 'timbre'
export const pageAddress = `${scheme}://app/index.html`

/** Stands in the built page for the nonce of a load; build/bundles.ts writes it. */
const nonceMark = '__TIMBRE_NONCE__'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** Has to be called before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Nothing comes from outside, nothing runs that was not built. Style attributes are what the components position with. */
function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Serves the files of `directory` and nothing else. */
export function servePage(directory: string): void {
  protocol.handle(scheme, async (request) => {
    const { host, pathname } = new URL(request.url)
    const file = path.normalize(path.join(directory, decodeURIComponent(pathname)))
    const type = contentTypes[path.extname(file)]
    if (host !== 'app' || !file.startsWith(directory + path.sep) || !type) {
      return new Response('', { status: 404 })
    }
    try {
      const content = await readFile(file)
      const nonce = randomBytes(16).toString('base64')
      const body = type.startsWith('text/html')
        ? content.toString('utf8').replaceAll(nonceMark, nonce)
        : new Uint8Array(content)
      return new Response(body, {
        headers: {
          'content-type': type,
          'content-security-policy': contentPolicy(nonce),
          'x-content-type-options': 'nosniff',
        },
      })
    } catch {
      return new Response('', { status: 404 })
    }
  })
}
