/** The page's only door: typed calls and events over the bridge. */
import {
  events,
  type AnswerEnvelope,
  type Bridge,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventName,
  type EventPayload,
} from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'

declare global {
  interface Window {
    readonly timbre: Bridge
  }
}

/** @throws AppError as main gave it */
export async function invoke<N extends CallName>(
  name: N,
  ...[input]: CallInput<N> extends null ? [] : [CallInput<N>]
): Promise<CallOutput<N>> {
  const envelope: AnswerEnvelope = await window.timbre.invoke(name, input ?? null)
  if (!envelope.ok) throw AppError.fromData(envelope.error)
  return envelope.value as CallOutput<N> // main answers by the same contract
}

/** @returns a function that stops listening */
export function on<N extends EventName>(
  name: N,
  listener: (payload: EventPayload<N>) => void,
): () => void {
  return window.timbre.on(name, (payload) => {
    listener(events[name].parse(payload) as EventPayload<N>) // the schema of this very name
  })
}

export function pathForFile(file: File): string {
  return window.timbre.pathForFile(file)
}
