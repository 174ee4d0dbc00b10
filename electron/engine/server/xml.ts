/** XML documents as S3 and STS write them. */
import { XMLBuilder } from 'fast-xml-parser'

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: true })

export function xmlDocument(name: string, content: unknown, namespace?: string): string {
  const attributes = namespace ? { '@_xmlns': namespace } : {}
  const body =
    typeof content === 'object' && content !== null
      ? { ...attributes, ...content }
      : { ...attributes, '#text': content }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [name]: body })}`
}
