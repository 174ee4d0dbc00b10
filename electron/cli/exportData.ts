/** `timbre export-data`: a dataset of the library, or any file that can be imported, written as another file. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { ColumnRoles, Dataset } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { DataFormat, ExportedDataset } from '../../shared/workbench/exportFormat.ts'
import { withServices, type CommandContext } from './commandContext.ts'

export interface ExportDataOptions {
  readonly format: DataFormat
  readonly out: string
  readonly input?: string
  readonly output?: string
  readonly system?: string
}

/** @throws AppError DatasetNotFound for what is neither a file nor a dataset; ColumnNotFound, DiskFull */
export async function exportData(
  context: CommandContext,
  source: string,
  options: ExportDataOptions,
): Promise<void> {
  const written = existsSync(source)
    ? await exportFile(context, source, options)
    : await exportDataset(context, (datasets) => findDataset(datasets, source), options)
  if (context.json) context.print(JSON.stringify({ out: options.out, ...written }))
  else context.print(context.t('cli:exportData.wrote', { path: options.out, ...written }))
}

/** In a library of its own, so that the analyst's stays as it is. */
async function exportFile(
  context: CommandContext,
  file: string,
  options: ExportDataOptions,
): Promise<ExportedDataset> {
  const dataDirectoryOption = await mkdtemp(path.join(os.tmpdir(), 'timbre-export-'))
  try {
    return await withServices({ ...context, dataDirectoryOption }, async (services) => {
      const dataset = await services.datasets.import(path.resolve(file))
      return services.exportDataset(
        requestOf(dataset, services.workbench.roles(dataset.id), options),
        options.out,
      )
    })
  } finally {
    await rm(dataDirectoryOption, { recursive: true, force: true })
  }
}

function exportDataset(
  context: CommandContext,
  find: (datasets: readonly Dataset[]) => Dataset,
  options: ExportDataOptions,
): Promise<ExportedDataset> {
  return withServices(context, (services) => {
    const dataset = find(services.datasets.list())
    const roles = services.workbench.roles(dataset.id)
    return services.exportDataset(requestOf(dataset, roles, options), options.out)
  })
}

function findDataset(datasets: readonly Dataset[], wanted: string): Dataset {
  const found = datasets.find(({ id, name }) => id === wanted || name === wanted)
  if (found) return found
  throw new AppError('DatasetNotFound', `There is no file and no dataset ${wanted}`, {
    details: { id: wanted },
  })
}

function requestOf(dataset: Dataset, roles: ColumnRoles | null, options: ExportDataOptions) {
  const [first = '', second = ''] = dataset.scan.columns
  const known = roles ?? { question: first, answer: second }
  const columns = {
    ...known,
    ...(options.input === undefined ? {} : { question: options.input }),
    ...(options.output === undefined ? {} : { answer: options.output }),
  }
  return {
    datasetId: dataset.id,
    format: options.format,
    columns,
    ...(options.system === undefined ? {} : { systemPrompt: options.system }),
  }
}
