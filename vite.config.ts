/** The page. The other bundles (main, preload, engine) are in build/bundles.ts. */
import { defineConfig } from 'vite'
import { pageBundle } from './build/bundles.ts'

export default defineConfig(pageBundle)
