/** One safetensors file with everything a run needs to go on exactly where it stopped. */
import { type FileHandle, open } from 'node:fs/promises'
import type { z } from 'zod'
import { writeFileAtomically } from '../model/atomicFile.ts'
import { ModelFileError } from '../model/modelFileError.ts'
import {
  encodeSafetensors,
  readSafetensorsHeader,
  readTensorAsFloat32,
} from '../model/safetensors.ts'

/** In a task's checkpoint directory. */
export const checkpointName = 'checkpoint.safetensors'

/** Named flat arrays: weights, moments. */
export type CheckpointArrays = Readonly<Record<string, Float32Array>>

export async function writeCheckpoint(
  file: string,
  arrays: CheckpointArrays,
  state: unknown,
): Promise<void> {
  const tensors = Object.entries(arrays).map(([name, data]) => ({
    name,
    shape: [data.length],
    data,
  }))
  const pieces = encodeSafetensors(tensors, 'F32', { state: JSON.stringify(state) })
  await writeFileAtomically(file, pieces)
}

/**
 * Fills the arrays and gives the parsed state; null when there is no checkpoint. Throws ModelFileError when the file is
 * damaged or belongs to a model of another size.
 */
export async function readCheckpoint<State>(
  file: string,
  arrays: CheckpointArrays,
  schema: z.ZodType<State>,
): Promise<State | null> {
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    const { tensors, metadata } = await readSafetensorsHeader(handle)
    for (const [name, target] of Object.entries(arrays)) {
      const tensor = tensors.get(name)
      if (!tensor) throw new ModelFileError(`The checkpoint has no ${name}.`)
      await readTensorAsFloat32(handle, tensor, target)
    }
    const state = schema.safeParse(JSON.parse(metadata['state'] ?? 'null'))
    if (!state.success) throw new ModelFileError('The checkpoint has a malformed state.')
    return state.data
  } finally {
    await handle.close()
  }
}
