import { ServiceError } from './serviceError.ts'

/** Takes the percent-encoding off. @throws ServiceError InvalidURI */
export function decodePath(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath)
  } catch (error) {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400, { cause: error })
  }
}
