import { useEffect } from 'react'
import { invoke } from '../api.ts'

/** Tells main what is looked at, so that AWS is asked about it more often; a window that is hidden looks at nothing. */
export function useFollowing(candidateIds: readonly string[]): void {
  const ids = candidateIds.join(' ')
  useEffect(() => {
    const tell = () => {
      const isSeen = document.visibilityState === 'visible' && ids !== ''
      // Only a hint: without it following goes on, more slowly.
      void invoke('following.watch', { candidateIds: isSeen ? ids.split(' ') : [] }).catch(
        () => undefined,
      )
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    window.addEventListener('online', tell)
    return () => {
      document.removeEventListener('visibilitychange', tell)
      window.removeEventListener('online', tell)
      void invoke('following.watch', { candidateIds: [] }).catch(() => undefined)
    }
  }, [ids])
}
