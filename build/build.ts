/** `npm run build`: bundles everything into dist/, unless dist/ is newer than every source. */
import { bundleAll } from './bundleAll.ts'

const seconds = await bundleAll({ force: process.argv.includes('--force') })
console.log(seconds === null ? 'dist/ is up to date.' : `Built dist/ in ${seconds.toFixed(1)} s.`)
