/** Licences that have to be accepted: their text, and when it was accepted. */
import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { BaseModel } from '../../../shared/model.ts'
import { readText } from '../../aws/s3.ts'
import type { Connection } from '../../aws/workspace.ts'
import type { WritableDb } from '../../db/database.ts'
import { findLicenceAcceptance, insertLicenceAcceptance } from '../../db/licences.ts'
import type { HubDocuments } from './hubDocuments.ts'

export interface LicenceText {
  readonly text: string
  readonly textSha256: string
  /** Of this very text; null while it was not. */
  readonly acceptedAtMs: number | null
}

export interface Licences {
  /** Null for a base model that asks for none. @throws AppError NotFound, AccessDenied */
  read(connection: Connection, baseModel: BaseModel): Promise<LicenceText | null>
  /** @throws AppError LicenceChanged when it is not the text that was shown */
  accept(connection: Connection, baseModel: BaseModel, textSha256: string): Promise<LicenceText>
  /** @throws AppError LicenceNotAccepted */
  require(connection: Connection, baseModel: BaseModel): Promise<void>
}

export interface LicencesOptions {
  readonly db: WritableDb
  readonly documents: HubDocuments
  readonly now: () => number
}

const sameWeightsInHub = /^hub:(.+)$/

export function createLicences({ db, documents, now }: LicencesOptions): Licences {
  async function read(
    connection: Connection,
    { cloud }: BaseModel,
  ): Promise<(LicenceText & { uri: string }) | null> {
    if (!cloud?.eula) return null
    const uri = await textUri(connection, cloud.eula.uri)
    if (uri === null) return null
    const text = readable(await readText(connection.clients, uri))
    const textSha256 = createHash('sha256').update(text).digest('hex')
    const acceptance = findLicenceAcceptance(db, uri, textSha256)
    return { uri, text, textSha256, acceptedAtMs: acceptance?.acceptedAtMs ?? null }
  }

  /** Autopilot names no text; the hub has the same weights, and their licence. */
  async function textUri(connection: Connection, uri: string): Promise<string | null> {
    const hubId = sameWeightsInHub.exec(uri)?.[1]
    if (hubId === undefined) return uri
    const { baseModel } = await documents.describe(connection, hubId)
    return baseModel.cloud?.eula?.uri ?? null
  }

  return {
    read,
    async accept(connection, baseModel, textSha256) {
      const licence = await read(connection, baseModel)
      if (licence?.textSha256 !== textSha256)
        throw new AppError('LicenceChanged', `The licence of ${baseModel.id} has changed`, {
          details: { name: baseModel.displayName },
        })
      const acceptedAtMs = licence.acceptedAtMs ?? now()
      const { uri, text } = licence
      insertLicenceAcceptance(db, { uri, textSha256, text, acceptedAtMs })
      return { text, textSha256, acceptedAtMs }
    },
    async require(connection, baseModel) {
      const licence = await read(connection, baseModel)
      if (licence && licence.acceptedAtMs === null)
        throw new AppError('LicenceNotAccepted', `The licence of ${baseModel.id} is open`, {
          details: { name: baseModel.displayName },
        })
    },
  }
}

/** Some are HTML pages: without their marks they can be read as well. */
function readable(text: string): string {
  if (!/^\s*<(!doctype|html)/i.test(text)) return text
  return text
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/<\/(p|div|h\d|li|tr)>|<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\n\s*\n\s*\n+/g, '\n\n')
    .trim()
}
