/** What the page sees of main: two functions and the path of a file that the user dropped. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { AnswerEnvelope, Bridge } from '../shared/contract.ts'

// Written here and not imported: the contract brings its schemas along, which a preload does not need.
const channelPrefix = 'timbre:'

const bridge: Bridge = {
  // Main knows the calls and refuses all others.
  invoke: (call, input) =>
    ipcRenderer.invoke(`${channelPrefix}call`, call, input) as Promise<AnswerEnvelope>,
  on(event, listener) {
    const forward = (_event: unknown, name: string, payload: unknown) => {
      if (name === event) listener(payload)
    }
    ipcRenderer.on(`${channelPrefix}event`, forward)
    return () => ipcRenderer.removeListener(`${channelPrefix}event`, forward)
  },
  pathForFile: (file) => webUtils.getPathForFile(file),
}

contextBridge.exposeInMainWorld('timbre', bridge)
