/** The contract over Electron's IPC: sender check, parse, answer as an envelope. */
import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import {
  calls,
  channelPrefix,
  type AnswerEnvelope,
  type CallName,
  type EventName,
  type EventPayload,
  type Handlers,
} from '../shared/contract.ts'
import { AppError, toAppError } from '../shared/errors.ts'
import { scheme } from './protocol.ts'

const callNameSchema = z.enum(Object.keys(calls) as [CallName, ...CallName[]]) // the contract is not empty

/** Answers the top frame of the app's own window and nobody else. */
export function answerCalls(handlers: Handlers, currentWindow: () => BrowserWindow | null): void {
  ipcMain.handle(
    `${channelPrefix}call`,
    async (event, name: unknown, input: unknown): Promise<AnswerEnvelope> => {
      try {
        requireOwnPage(event, currentWindow())
        return { ok: true, value: await answer(handlers, name, input) }
      } catch (error) {
        const failure = toAppError(error)
        if (failure.code === 'Internal') console.error(error)
        return { ok: false, error: failure.toData() }
      }
    },
  )
}

async function answer(handlers: Handlers, name: unknown, input: unknown): Promise<unknown> {
  const call = callNameSchema.safeParse(name)
  if (!call.success) throw invalid('There is no such call.')
  const parsed = calls[call.data].input.safeParse(input)
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error))
  // One name picks schema and handler alike, which the type system cannot follow through a union.
  const handle = handlers[call.data] as (input: unknown) => Promise<unknown>
  return handle(parsed.data)
}

function invalid(message: string): AppError {
  return new AppError('InvalidRequest', message, { details: { message } })
}

function requireOwnPage(event: IpcMainInvokeEvent, window: BrowserWindow | null): void {
  const frame = event.senderFrame
  const isOwn =
    window !== null &&
    event.sender === window.webContents &&
    frame === window.webContents.mainFrame &&
    new URL(frame.url).protocol === `${scheme}:`
  if (!isOwn) throw new AppError('AccessDenied', 'Only the app’s own page may ask.')
}

export function sendEvent<N extends EventName>(
  window: BrowserWindow | null,
  name: N,
  payload: EventPayload<N>,
): void {
  if (window && !window.isDestroyed()) {
    window.webContents.send(`${channelPrefix}event`, name, payload)
  }
}
