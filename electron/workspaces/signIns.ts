/** Sign-ins that are going on: one for each workspace, with what the window has to show and to ask for it. */
import { randomUUID } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { MfaQuestion, SignInState } from '../../shared/signIn.ts'
import type { AccountAccess } from '../aws/credentials/accountAccess.ts'

export interface SignInsOptions {
  readonly access: (workspaceId: string) => Promise<AccountAccess>
  /** The system's browser. */
  readonly openBrowser: (url: string) => Promise<void>
  readonly closingWords: () => string
  readonly publish: {
    (event: 'signIn.progressed', state: SignInState): void
    (event: 'signIn.mfaAsked', question: MfaQuestion): void
  }
}

export interface SignIns {
  /** Resolves when signed in. @throws AppError as AccountAccess.signIn does */
  start(workspaceId: string, flow: 'browser' | 'code'): Promise<void>
  cancel(workspaceId: string): void
  /** Null: the person closed the question. */
  answerMfa(requestId: string, code: string | null): void
  close(): void
}

export function createSignIns(options: SignInsOptions): SignIns {
  const running = new Map<string, { cancel: AbortController; done: Promise<void> }>()
  const questions = new Map<string, (code: string | null) => void>()

  function askMfa(workspaceId: string, serial: string, signal: AbortSignal): Promise<string> {
    const requestId = randomUUID()
    return new Promise((resolve, reject) => {
      const end = (code: string | null) => {
        questions.delete(requestId)
        if (code === null) reject(new AppError('Cancelled', 'No MFA code was given'))
        else resolve(code)
      }
      questions.set(requestId, end)
      signal.addEventListener('abort', () => end(null), { once: true })
      options.publish('signIn.mfaAsked', { requestId, workspaceId, serial })
    })
  }

  async function run(workspaceId: string, flow: 'browser' | 'code', signal: AbortSignal) {
    const say = (step: SignInState['step'], more: Partial<SignInState> = {}) =>
      options.publish('signIn.progressed', {
        workspaceId,
        step,
        userCode: null,
        url: null,
        ...more,
      })
    say('starting')
    try {
      const access = await options.access(workspaceId)
      await access.signIn(
        {
          flow,
          async openBrowser(url) {
            if (flow === 'browser') say('browser', { url })
            await options.openBrowser(url)
          },
          onCode: (userCode, url) => say('code', { userCode, url }),
          mfaCode: (serial) => askMfa(workspaceId, serial, signal),
          closingWords: options.closingWords(),
        },
        signal,
      )
    } finally {
      say('ended')
    }
  }

  return {
    start(workspaceId, flow) {
      const current = running.get(workspaceId)
      if (current) return current.done
      const cancel = new AbortController()
      const done = run(workspaceId, flow, cancel.signal).finally(() => running.delete(workspaceId))
      running.set(workspaceId, { cancel, done })
      return done
    },
    cancel: (workspaceId) => running.get(workspaceId)?.cancel.abort(),
    answerMfa: (requestId, code) => questions.get(requestId)?.(code),
    close() {
      for (const { cancel } of running.values()) cancel.abort()
    },
  }
}
