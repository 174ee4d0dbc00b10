/** Where the Hub is and who asks it, as the environment says. */
import { AppError } from '../../shared/errors.ts'
import { hubTokenSchema, hubUrlSchema } from '../../shared/hubModel.ts'
import type { ServicesOptions } from '../services.ts'

/** The names that Hugging Face's own tools use. @throws AppError InvalidRequest */
export function hubOfEnvironment(): NonNullable<ServicesOptions['huggingFace']> {
  const url = readVariable('HF_ENDPOINT', (text) => hubUrlSchema.safeParse(text).data)
  const token = readVariable('HF_TOKEN', (text) => hubTokenSchema.safeParse(text).data)
  return { ...(url === undefined ? {} : { url }), ...(token === undefined ? {} : { token }) }
}

function readVariable(
  name: string,
  parse: (text: string) => string | undefined,
): string | undefined {
  const text = process.env[name]
  if (text === undefined || text.trim() === '') return undefined
  const value = parse(text)
  if (value !== undefined) return value
  // Without the value, which may be a secret.
  const message = `The environment variable ${name} can't be used.`
  throw new AppError('InvalidRequest', message, { details: { message } })
}
