/** Table licence_acceptances: which licence texts were accepted when. */
import { transact, type ReadableDb, type WritableDb } from './database.ts'

export interface LicenceAcceptance {
  readonly uri: string
  readonly textSha256: string
  readonly acceptedAtMs: number
}

/** The same text is accepted once; the first time counts. */
export function insertLicenceAcceptance(
  db: WritableDb,
  acceptance: LicenceAcceptance & { readonly text: string },
): void {
  transact(db, () =>
    db
      .prepare(
        `INSERT INTO licence_acceptances (uri, text_sha256, text, accepted_at_ms)
         VALUES (@uri, @textSha256, @text, @acceptedAtMs) ON CONFLICT DO NOTHING`,
      )
      .run(acceptance),
  )
}

/** Of this very text. */
export function findLicenceAcceptance(
  db: ReadableDb,
  uri: string,
  textSha256: string,
): LicenceAcceptance | undefined {
  return db
    .prepare<[string, string], LicenceAcceptance>(
      `SELECT uri, text_sha256 AS textSha256, accepted_at_ms AS acceptedAtMs
       FROM licence_acceptances WHERE uri = ? AND text_sha256 = ?`,
    )
    .get(uri, textSha256)
}
