/** What the engine found out about the devices of this computer, from the file in which it remembers it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { trainingDeviceSchema, type TrainingDevice } from '../../shared/trainingDevice.ts'

const memorySchema = z.object({
  trials: z.array(
    z.object({ provider: z.string(), outcome: z.string(), detail: z.string().default('') }),
  ),
})

/** Null before the first training: nothing was tried yet. */
export async function readTrainingDevice(dataDirectory: string): Promise<TrainingDevice | null> {
  try {
    const text = await readFile(path.join(dataDirectory, 'engine', 'device.json'), 'utf8')
    const { trials } = memorySchema.parse(JSON.parse(text))
    return trainingDeviceSchema.parse({
      provider: trials.find(({ outcome }) => outcome === 'used')?.provider ?? 'cpu',
      rejected: trials.filter(({ outcome }) => outcome !== 'used'),
    })
  } catch {
    // Not there yet, or of another version: the engine finds it out anew.
    return null
  }
}
