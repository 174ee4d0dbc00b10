/** What was downloaded, as a model to be added. */
import * as fs from 'node:fs/promises'
import path from 'node:path'
import { readModelSource, type ModelSource } from '../modelSource.ts'
import type { HubRepository } from './hubClient.ts'

/** Together below what a hub takes as a card. */
const longestLicense = 12_000
const longestReadme = 48_000

/** The downloaded folder, or the chosen file in it, under the repository's name and with its card and licence. */
export async function sourceOf(
  { repo, commit, license }: HubRepository,
  folder: string,
  gguf: string | null,
): Promise<ModelSource> {
  const source = await readModelSource(gguf === null ? folder : path.join(folder, gguf))
  const [owner = '', name = ''] = repo.split('/')
  const names = await fs.readdir(folder)
  const text = async (pattern: RegExp) => {
    const found = names.find((file) => pattern.test(file))
    return found === undefined ? '' : await fs.readFile(path.join(folder, found), 'utf8')
  }
  // Its first lines are for the Hub's search.
  const readme = (await text(/^README\.md$/i))
    .replace(/^\uFEFF?---\r?\n[\s\S]*?\n---\r?\n/, '')
    .trim()
  const licenseText = (await text(/^LICEN[CS]E/i)).trim().slice(0, longestLicense)
  return {
    ...source,
    displayName: gguf === null ? name : source.displayName,
    card: [readme.slice(0, longestReadme), licenseText]
      .filter((part) => part !== '')
      .join('\n\n---\n\n'),
    description: `${repo}@${commit.slice(0, 12)}`,
    provider: owner,
    license,
  }
}
