/** One upload in a process of its own, so that its memory is its own. Prints its peak memory as JSON. */
import { createS3Client } from '../../electron/aws/s3Client.ts'
import { uploadFile } from '../../electron/aws/upload/uploadFile.ts'
import type { LocalTarget } from '../../electron/aws/target.ts'

export interface UploadTask {
  readonly target: LocalTarget
  readonly bucket: string
  readonly key: string
  readonly file: string
  readonly sha256: string
}

const { target, bucket, key, file, sha256 } = JSON.parse(process.argv[2] ?? '') as UploadTask
const s3 = createS3Client(target)
await uploadFile(
  { clients: { s3 }, kmsKeyArn: null },
  { bucket, key, file, sha256, name: 'bench', contentType: 'text/csv' },
  {
    signal: new AbortController().signal,
    begun: null,
    onBegun: () => undefined,
    onProgress: () => undefined,
  },
)
s3.destroy()
console.log(JSON.stringify({ peakMegabytes: process.resourceUsage().maxRSS / 1024 }))
