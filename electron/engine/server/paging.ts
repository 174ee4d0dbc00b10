/** Lists in pages, as AWS does: a token stands for the place to go on from. */
import { validationError } from './serviceError.ts'

export function pageOf<T>(
  items: readonly T[],
  maxResults: number,
  nextToken: string | undefined,
): { page: T[]; NextToken?: string } {
  const start = startOf(nextToken)
  const end = start + maxResults
  return {
    page: items.slice(start, end),
    ...(end < items.length ? { NextToken: toToken(String(end)) } : {}),
  }
}

/** The position that a token stands for. @throws ServiceError ValidationException */
export function startOf(nextToken: string | undefined): number {
  const position = nextToken === undefined ? '0' : fromToken(nextToken)
  if (!/^\d{1,9}$/.test(position)) throw validationError('The NextToken is not valid.')
  return Number(position)
}

function toToken(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8')
}
