import path from 'node:path'

/** The folder that holds package.json. */
export const repositoryRoot = path.resolve(import.meta.dirname, '..')
