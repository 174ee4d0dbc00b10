/** The bundled base models, to be read as JumpStart's bucket is: `<id>/<version>/<file>`. */
export const modelsBucket = 'timbre-models'

/** All bundled models are of one release. */
export const modelVersion = '1.0.0'
