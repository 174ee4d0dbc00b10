/** A file of this computer as an object of S3. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Upload } from '@aws-sdk/lib-storage'
import type { AwsClients } from './clients.ts'
import type { ObjectPlace } from './downloadObject.ts'
import { withAwsErrors } from './errors.ts'

/** In parts where it is large. */
export async function uploadFile(
  { s3 }: Pick<AwsClients, 's3'>,
  { bucket, key }: ObjectPlace,
  file: string,
): Promise<void> {
  const { size } = await stat(file)
  await withAwsErrors(() =>
    new Upload({
      client: s3,
      params: { Bucket: bucket, Key: key, Body: createReadStream(file), ContentLength: size },
    }).done(),
  )
}
