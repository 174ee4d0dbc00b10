import '@fontsource-variable/inter'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import 'uplot/dist/uPlot.min.css'
import './styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { resolveLanguage } from '../shared/settings.ts'
import { App } from './App.tsx'
import { invoke } from './api.ts'
import { initialiseWords } from './i18n.ts'
import { followEvents } from './queries.ts'
import { followShipEvents } from './shipQueries.ts'

// Main publishes what changes, so nothing goes stale by itself; main is on this computer, so retries help nobody.
const client = new QueryClient({
  defaultOptions: {
    queries: { staleTime: Number.POSITIVE_INFINITY, retry: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

async function start(): Promise<void> {
  const [facts, settings] = await Promise.all([invoke('app.describe'), invoke('settings.get')])
  await initialiseWords(resolveLanguage(settings.language, facts.systemLocale))
  followEvents(client)
  followShipEvents(client)
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no root.')
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}

void start()
