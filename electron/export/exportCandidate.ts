/** A trained candidate as files in a folder: PEFT adapter, Hugging Face weights, or GGUF. */
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'
import { convertedFormat, type ExportFormat, type ExportResult } from '../../shared/modelExport.ts'
import type { HubModel } from '../aws/hub.ts'
import { deletePrefix, downloadPrefix, runExportJob } from '../aws/modelExport.ts'
import { putTextOnce } from '../aws/s3.ts'
import type { Connection } from '../aws/workspace.ts'
import { containerfile, ollamaModelfile, templateNote } from './runtimeFiles.ts'

export interface ExportedFiles extends ExportResult {
  readonly directory: string
  readonly files: readonly string[]
}

const mostQuestions = 20

/**
 * Writes a new folder below `parent`, named after the model and the format.
 *
 * @param questions asked of the trained model and of the exported files; the first twenty are taken
 * @throws AppError CandidateNotReady, ExportFailed
 */
export async function exportCandidate(
  connection: Connection,
  candidate: Candidate,
  hubModel: HubModel,
  options: {
    readonly format: ExportFormat
    readonly modelName: string
    readonly questions: readonly string[]
    readonly parent: string
  },
): Promise<ExportedFiles> {
  if (candidate.modelArtifactUri === null)
    throw new AppError('CandidateNotReady', 'The candidate has no artifact', {
      details: { reason: '' },
    })
  const { clients, bucket } = connection
  const asked = JSON.stringify([...new Set(options.questions)].slice(0, mostQuestions))
  const hash = createHash('sha256').update(asked).digest('hex')
  const questionsKey = `timbre/questions/${hash}.json`
  await putTextOnce(connection, bucket, questionsKey, asked, 'application/json')
  const jobName = `timbre-export-${randomBytes(8).toString('hex')}`
  const name = fileName(options.modelName, candidate.baseModelId)
  const outputUri = `s3://${bucket}/timbre/exports/${jobName}/`
  try {
    const result = await runExportJob(connection, {
      jobName,
      modelUri: candidate.modelArtifactUri,
      questionsUri: `s3://${bucket}/${questionsKey}`,
      outputUri,
      image: hubModel.trainingImage.replace('timbre-training', 'timbre-export'),
      instanceType: hubModel.trainingInstanceType,
      format: convertedFormat(options.format),
      name,
    })
    const directory = path.join(options.parent, `${name}-${options.format}`)
    const files = await downloadPrefix(clients, outputUri, directory)
    const added = await addRuntimeFiles(options.format, directory, files, candidate)
    return { ...result, directory, files: [...files, ...added] }
  } finally {
    await deletePrefix(clients, outputUri).catch(() => undefined) // only tidying up
  }
}

/** @returns the paths of what was written beside the GGUF */
async function addRuntimeFiles(
  format: ExportFormat,
  directory: string,
  files: readonly string[],
  { promptTemplate }: Candidate,
): Promise<string[]> {
  const gguf = path.basename(files.find((file) => file.endsWith('.gguf')) ?? 'model.gguf')
  const written: Record<string, string> =
    format === 'ollama'
      ? { Modelfile: ollamaModelfile(gguf, promptTemplate) }
      : format === 'oci'
        ? { Containerfile: containerfile(gguf), 'template.json': templateNote(promptTemplate) }
        : {}
  for (const [name, content] of Object.entries(written))
    await writeFile(path.join(directory, name), content)
  return Object.keys(written).map((name) => path.join(directory, name))
}

/** Letters, digits and single hyphens, at most 63. */
function fileName(modelName: string, baseModelId: string): string {
  const slug = `${modelName} ${baseModelId}`
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  return slug || 'model'
}
