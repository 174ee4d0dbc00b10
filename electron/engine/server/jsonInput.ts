/** The body of a JSON protocol's request. */
import { ServiceError } from './serviceError.ts'

/** No input of these services is a tenth as deep, but for Search's expressions within expressions. */
const deepestInput = 100

/** @throws ServiceError SerializationException, also for depths at which walking the input would exhaust the stack */
export function parseInput(body: Buffer): unknown {
  if (nestingOf(body) > deepestInput) {
    throw new ServiceError('SerializationException', 'The body is nested too deeply.')
  }
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new ServiceError('SerializationException', 'The body is no JSON.', 400, { cause: error })
  }
}

/** How deep lists and objects lie in one another; without recursion, which a hostile body would exhaust. */
function nestingOf(body: Buffer): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]
    if (isInText) {
      if (byte === 0x5c) at += 1
      else if (byte === 0x22) isInText = false
    } else if (byte === 0x22) isInText = true
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, (depth += 1))
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return deepest
}
