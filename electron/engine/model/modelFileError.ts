/** A file of a model folder, or a checkpoint, that is missing, damaged or of a kind this engine cannot run. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError'
}
