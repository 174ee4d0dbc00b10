import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { toAppError } from '../../shared/errors.ts'
import type { AddHubModel } from '../../shared/hubModel.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { baseModelsQuery } from '../queries.ts'

/** Downloads and adds; goes on when the page is left, and then tells of a failure by a notification. */
export function useAddHubModel(onAdded: (id: string) => void) {
  const client = useQueryClient()
  const isShown = useRef(false)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  const { mutate, error, reset } = useMutation({
    mutationFn: (wanted: AddHubModel) => invoke('hubModel.add', wanted),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: baseModelsQuery.queryKey })
      onAdded(id)
    },
    onError: (failure) => {
      if (!isShown.current) showError(failure)
    },
  })
  const isCancelled = error !== null && toAppError(error).code === 'Cancelled'
  return { download: mutate, error: isCancelled ? null : error, forgetError: reset }
}
