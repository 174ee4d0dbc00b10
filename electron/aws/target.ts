/** Where calls go. Only `clients.ts` reads it. */
export interface LocalTarget {
  readonly kind: 'local'
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** AWS accounts join this union when workspaces do. */
export type Target = LocalTarget
