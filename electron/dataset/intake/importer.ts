/** Imports that the window follows: progress, cancelling, pasted text, and objects of S3. */
import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Dataset, ImportChoice } from '../../../shared/dataset.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ImportFile, ImportProgress, S3Listing } from '../../../shared/imports.ts'
import type { AwsClients } from '../../aws/clients.ts'
import { downloadObject, listBuckets, listObjects } from '../../aws/s3Browser.ts'
import type { DatasetService } from '../datasetService.ts'
import { openSource } from './source.ts'

export interface ImporterOptions {
  readonly datasets: DatasetService
  /** Clients of the workspace that is looked into. */
  readonly connect: () => Promise<{ readonly clients: AwsClients }>
  readonly publish: (event: 'import.progressed', progress: ImportProgress) => void
  readonly now: () => number
}

export interface ImportRequest {
  readonly path: string
  readonly importId?: string | undefined
  readonly choice?: ImportChoice | undefined
}

export interface Importer {
  /** @throws AppError as DatasetService.import does; Cancelled */
  start(request: ImportRequest): Promise<Dataset>
  cancel(importId: string): void
  /** Names of the files that are being read. */
  underWay(): string[]
  paste(text: string, name: string): Promise<Dataset>
  /**
   * Reads the file of a dataset in another way: from where it lies, when it was imported since the start, and otherwise
   * from the stored bytes, when those are the file's own.
   *
   * @throws AppError FileNotFound when neither is there
   */
  readAgain(id: string, choice: ImportChoice): Promise<Dataset>
  /** What has to be chosen before reading. @throws AppError as openSource does */
  describe(path: string): Promise<ImportFile>
  list(bucket: string | null, prefix: string): Promise<S3Listing>
  importObject(request: { bucket: string; key: string; importId: string }): Promise<Dataset>
}

/** Often enough to look smooth. */
const progressEveryMs = 100
const previewRows = 20

export function createImporter({ datasets, connect, publish, now }: ImporterOptions): Importer {
  const running = new Map<string, { readonly name: string; readonly controller: AbortController }>()
  /** Where this session's datasets came from, to read a file again in another way. */
  const paths = new Map<string, string>()

  async function follow<T>(
    importId: string,
    name: string,
    work: (report: Report, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController()
    running.set(importId, { name, controller })
    const report = createReport(importId, name)
    try {
      return await work(report, controller.signal)
    } finally {
      running.delete(importId)
      report.end()
    }
  }

  function createReport(importId: string, name: string): Report {
    const startedAtMs = now()
    let toldAtMs = 0
    let state: ImportProgress = {
      ...{ importId, name, bytes: 0, totalBytes: 0, elapsedMs: 0 },
      preview: null,
      isEnded: false,
    }
    const tell = (change: Partial<ImportProgress>, isUrgent: boolean) => {
      state = { ...state, ...change, elapsedMs: now() - startedAtMs }
      if (!isUrgent && now() - toldAtMs < progressEveryMs) return
      toldAtMs = now()
      publish('import.progressed', state)
    }
    return {
      read: (bytes, totalBytes) => tell({ bytes, totalBytes }, false),
      preview: (columns, rows) =>
        tell({ preview: { columns, rows: rows.slice(0, previewRows) } }, true),
      end: () => tell({ isEnded: true }, true),
    }
  }

  async function importPath(
    path: string,
    options: { name?: string; choice?: ImportChoice; signal: AbortSignal; report: Report },
  ): Promise<Dataset> {
    const { report, signal, choice, name } = options
    const { size } = await fs.stat(path).catch(() => ({ size: 0 }))
    return datasets.import(path, {
      ...(choice && { choice }),
      ...(name !== undefined && { name }),
      signal,
      reuse: true,
      onRead: (bytes) => report.read(bytes, size),
      onTable: ({ columns, sample }) =>
        report.preview(
          [...columns],
          sample.map((row) => row.map((cell) => cell.slice(0, 300))),
        ),
    })
  }

  async function start({ path, importId = randomUUID(), choice }: ImportRequest): Promise<Dataset> {
    const dataset = await follow(importId, basename(path), (report, signal) =>
      importPath(path, { ...(choice && { choice }), signal, report }),
    )
    paths.set(dataset.id, path)
    return dataset
  }

  /** Text or bytes that have no file of their own. */
  async function viaFile<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(tmpdir(), `timbre-${randomUUID()}`)
    try {
      return await work(path)
    } finally {
      await fs.rm(path, { force: true })
    }
  }

  async function paste(text: string, name: string): Promise<Dataset> {
    return viaFile(async (path) => {
      await fs.writeFile(path, text, { mode: 0o600 })
      return datasets.import(path, { name, reuse: true, choice: { encoding: 'utf-8' } })
    })
  }

  async function readAgain(id: string, choice: ImportChoice): Promise<Dataset> {
    const { sourceName, name } = datasets.get(id)
    const path = paths.get(id)
    const stored = path === undefined ? datasets.storedSource(id) : null
    if (path === undefined && stored === null) {
      throw new AppError('FileNotFound', `It is not known where ${sourceName} lies`, {
        details: { name: sourceName, path: sourceName },
      })
    }
    const again = await (path === undefined
      ? follow(randomUUID(), sourceName, (report, signal) =>
          importPath(stored ?? '', { name: sourceName, choice, signal, report }),
        )
      : start({ path, choice }))
    return again.id === id || again.name === name ? again : datasets.rename(again.id, name)
  }

  async function describe(path: string): Promise<ImportFile> {
    const source = await openSource(path)
    await source.close()
    const { sheets, entries } = source.lineage
    return { sheets, entries }
  }

  async function importObject(request: {
    bucket: string
    key: string
    importId: string
  }): Promise<Dataset> {
    const name = basename(request.key)
    return follow(request.importId, name, (report, signal) =>
      viaFile(async (path) => {
        const { clients } = await connect()
        await downloadObject(clients, request, path, report.read, signal)
        return importPath(path, { name, signal, report })
      }),
    )
  }

  return {
    start,
    cancel: (importId) => running.get(importId)?.controller.abort(),
    underWay: () => [...running.values()].map(({ name }) => name),
    paste,
    readAgain,
    describe,
    list: async (bucket, prefix) => {
      const { clients } = await connect()
      return bucket === null ? listBuckets(clients) : listObjects(clients, bucket, prefix)
    },
    importObject,
  }
}

interface Report {
  read(bytes: number, totalBytes: number): void
  preview(columns: string[], rows: string[][]): void
  end(): void
}
