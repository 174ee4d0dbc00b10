/** One conversation: its turns, the line of it that is shown, and what is being answered. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import {
  pathTo,
  type GenerationSettings,
  type Speaker,
  type Turn,
} from '../../shared/playground.ts'
import { invoke, on } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { conversationQuery } from '../shipQueries.ts'
import { addPiece, beginRequest, isAnswering, newestLeaf, type LiveRequest } from './liveAnswers.ts'

export interface Conversation {
  readonly id: string
  readonly turns: readonly Turn[]
  /** From the first question to the last that is shown. */
  readonly path: readonly Turn[]
  readonly request: LiveRequest | null
  readonly isAnswering: boolean
  ask(prompt: string, parentId: string | null, how: AskHow): void
  regenerate(turn: Turn, position: number, settings: GenerationSettings): void
  stop(): void
  /** Shows the line that goes through this turn. */
  show(turnId: string): void
  open(id: string): void
  begin(): void
}

export interface AskHow {
  readonly settings: GenerationSettings
  readonly speakers: Speaker[]
  readonly remembers: boolean
}

export function useConversation(): Conversation {
  const client = useQueryClient()
  const [id, setId] = useState(() => crypto.randomUUID() as string)
  const [leafId, setLeafId] = useState<string | null>(null)
  const [request, setRequest] = useState<LiveRequest | null>(null)
  const { data: turns = [] } = useQuery(conversationQuery(id))
  const answering = isAnswering(request)

  useEffect(
    () => on('answer.appended', (piece) => setRequest((known) => known && addPiece(known, piece))),
    [],
  )
  useEffect(() => {
    if (request === null || answering) return
    void client.invalidateQueries({ queryKey: conversationQuery(id).queryKey })
    void client.invalidateQueries({ queryKey: ['conversations'] })
  }, [request, answering, id, client])

  function begin(turnId: string, requestId: string, positions: readonly number[]): void {
    setRequest(beginRequest(requestId, turnId, positions))
  }

  const shown = leafId ?? turns.at(-1)?.id ?? null
  return {
    id,
    turns,
    path: shown === null ? [] : pathTo(turns, shown),
    request,
    isAnswering: answering,
    ask(prompt, parentId, { settings, speakers, remembers }) {
      const requestId = crypto.randomUUID()
      // The first pieces may come before the call's own answer.
      begin(
        '',
        requestId,
        speakers.map((_, position) => position),
      )
      invoke('playground.ask', {
        requestId,
        conversationId: id,
        parentId,
        prompt,
        settings,
        speakers,
        remembers,
      }).then(
        (turn) => {
          setRequest((known) =>
            known?.requestId === requestId ? { ...known, turnId: turn.id } : known,
          )
          client.setQueryData(conversationQuery(id).queryKey, (known: Turn[] | undefined) => [
            ...(known ?? []),
            turn,
          ])
          setLeafId(turn.id)
        },
        (error: unknown) => {
          setRequest(null)
          showError(error)
        },
      )
    },
    regenerate(turn, position, settings) {
      const requestId = crypto.randomUUID()
      begin(turn.id, requestId, [position])
      invoke('playground.regenerate', { requestId, turnId: turn.id, position, settings }).catch(
        (error: unknown) => {
          setRequest(null)
          showError(error)
        },
      )
    },
    stop() {
      if (request) invoke('playground.stop', { requestId: request.requestId }).catch(showError)
    },
    show: (turnId) => setLeafId(newestLeaf(turns, turnId)),
    open(conversationId) {
      setId(conversationId)
      setLeafId(null)
      setRequest(null)
    },
    begin() {
      setId(crypto.randomUUID())
      setLeafId(null)
      setRequest(null)
    },
  }
}
