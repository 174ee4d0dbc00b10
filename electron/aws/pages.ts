import { withAwsErrors } from './errors.ts'

/**
 * The pages of a listing, one after the other; reading on after each is left to the caller, who may have enough.
 *
 * @param readPage a page's call, with the token of the page before
 * @throws AppError as withAwsErrors does
 */
export async function* pagesOf<Page extends { readonly NextToken?: string | undefined }>(
  readPage: (nextToken: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  let nextToken: string | undefined
  do {
    const token = nextToken
    const page = await withAwsErrors(() => readPage(token))
    yield page
    nextToken = page.NextToken
  } while (nextToken)
}
