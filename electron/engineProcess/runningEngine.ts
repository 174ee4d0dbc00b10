/** The engine of a data folder that runs already, whoever launched it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { createClients } from '../aws/clients.ts'
import { getCaller } from '../aws/identity.ts'
import type { LocalTarget } from '../aws/target.ts'

/** The engine's way of saying that another one holds the data folder. */
export const lockedExitCode = 3

export const connectionSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  pid: z.number().int(),
})

/** Null: none runs, or it doesn't answer. */
export async function findRunningEngine(dataDirectory: string): Promise<LocalTarget | null> {
  const found = await readConnection(dataDirectory)
  return found && (await answers(found)) ? found : null
}

export function toTarget(connection: z.output<typeof connectionSchema>): LocalTarget {
  const { endpoint, region, accessKeyId, secretAccessKey } = connection
  return { kind: 'local', endpoint, region, accessKeyId, secretAccessKey }
}

async function readConnection(dataDirectory: string): Promise<LocalTarget | null> {
  try {
    const file = path.join(dataDirectory, 'engine', 'connection.json')
    return toTarget(connectionSchema.parse(JSON.parse(await readFile(file, 'utf8'))))
  } catch {
    return null // none runs, or its file is from another version: a fresh one is launched
  }
}

export async function answers(target: LocalTarget): Promise<boolean> {
  const clients = createClients(target)
  try {
    await getCaller(clients)
    return true
  } catch {
    return false // whatever the reason, it can't be worked with
  } finally {
    clients.destroy()
  }
}
