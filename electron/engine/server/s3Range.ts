/** The Range header of a GET and of a copied part. */
import { ServiceError } from './serviceError.ts'

/**
 * @returns first and last byte, both included; undefined where the header is absent or of a form that RFC 9110 lets a
 *   server ignore
 * @throws ServiceError InvalidRange when no byte of the object lies in it
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start > end) {
    throw new ServiceError('InvalidRange', 'The requested range is not satisfiable.', 416)
  }
  return { start, end }
}
