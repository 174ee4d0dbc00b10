/** S3's client alone, for what needs no other. */
import { S3Client } from '@aws-sdk/client-s3'
import { clientOptions, endpointOf, translateFor } from './clientOptions.ts'
import type { Target } from './target.ts'
import { translateErrors } from './translateErrors.ts'

export function createS3Client(target: Target): S3Client {
  const s3 = new S3Client({
    ...clientOptions(target)('s3'),
    // Other S3 stores and the engine know no bucket names in their host.
    ...(endpointOf(target, 's3') !== undefined && { forcePathStyle: true }),
  })
  s3.middlewareStack.use(translateErrors(translateFor(target)))
  return s3
}
