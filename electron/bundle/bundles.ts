/** A version of a model as a bundle, and a bundle as a model of one's own. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { BundledProject, BundleSummary } from '../../shared/bundle.ts'
import type { Dataset } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { Model } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { downloadObject, placeOf } from '../aws/downloadObject.ts'
import { ensureBucket } from '../aws/s3.ts'
import { uploadFile } from '../aws/uploadFile.ts'
import type { Connection } from '../aws/workspace.ts'
import type { WritableDb } from '../db/database.ts'
import { insertMetricPoints, listMetricPoints } from '../db/metrics.ts'
import {
  getModel,
  getVersion,
  insertModelVersion,
  isModelNameTaken,
  setChosenCandidate,
} from '../db/models.ts'
import { openBundle } from './readBundle.ts'
import { fingerprintOf, openSigningKey } from './signingKey.ts'
import { writeBundle, type BundlePart } from './writeBundle.ts'

export interface BundlesOptions {
  readonly db: WritableDb
  readonly keyFile: string
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly exportDataset: (id: string, file: string) => Promise<void>
  readonly importDataset: (file: string) => Promise<Dataset>
  readonly renameDataset: (id: string, name: string) => Dataset
  /** Null where it can't be made now. */
  readonly report: (candidateId: string) => Promise<string | null>
  readonly now: () => number
}

export interface Bundles {
  /** @throws AppError DatasetNotFound when the dataset was deleted */
  write(versionId: string, target: string, options: { withWeights: boolean }): Promise<void>
  /** Checked, and nothing taken over. @throws AppError BundleInvalid, BundleTampered */
  inspect(file: string): Promise<BundleSummary>
  /** A report of it, checked. */
  report(file: string, candidateId: string): Promise<string>
  /** Dataset, model and curves become one's own; weights that came with it are put into this computer's store. */
  takeOver(file: string): Promise<Model>
}

export function createBundles(options: BundlesOptions): Bundles {
  const { db } = options

  async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'timbre-bundle-'))
    try {
      return await work(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async function partsOf(versionId: string, folder: string, withWeights: boolean) {
    const version = getVersion(db, versionId)
    const model = getModel(db, version.modelId)
    const dataset = path.join(folder, 'dataset.csv')
    await options.exportDataset(version.datasetId, dataset)
    const project: BundledProject = {
      modelName: model.name,
      versionNumber: version.number,
      datasetName: version.datasetName,
      datasetSha256: version.datasetSha256,
      columns: version.columns,
      validationFraction: version.validationFraction,
      splitSeed: version.splitSeed,
      trainingRowCount: version.trainingRowCount,
      validationRowCount: version.validationRowCount,
      samplePrompts: version.samplePrompts,
      createdAtMs: version.createdAtMs,
      chosenCandidateId: version.chosenCandidateId,
      candidates: version.candidates.map((candidate) => ({
        ...candidate,
        points: listMetricPoints(db, candidate.id),
      })),
    }
    const parts: BundlePart[] = [
      { path: 'project.json', content: Buffer.from(JSON.stringify(project)) },
      { path: 'dataset.csv', file: dataset },
    ]
    for (const { id, status, modelArtifactUri } of version.candidates) {
      if (status !== 'Completed') continue
      const report = await options.report(id)
      if (report !== null) parts.push({ path: `reports/${id}.html`, content: Buffer.from(report) })
      if (!withWeights || modelArtifactUri === null) continue
      const file = path.join(folder, `${id}.tar.gz`)
      const { clients } = await options.connect(version.workspaceId)
      await downloadObject(clients, placeOf(modelArtifactUri), file)
      parts.push({ path: `weights/${id}.tar.gz`, file })
    }
    return parts
  }

  async function opened<T>(
    file: string,
    work: (bundle: Awaited<ReturnType<typeof openBundle>>) => Promise<T>,
  ): Promise<T> {
    const bundle = await openBundle(file)
    try {
      return await work(bundle)
    } finally {
      bundle.close()
    }
  }

  return {
    write: (versionId, target, { withWeights }) =>
      withFolder(async (folder) => {
        const parts = await partsOf(versionId, folder, withWeights)
        await writeBundle(target, parts, await openSigningKey(options.keyFile), options.now())
      }),
    inspect: (file) =>
      opened(file, async ({ manifest, project, paths }) => {
        const own = await openSigningKey(options.keyFile)
        return {
          path: file,
          modelName: project.modelName,
          versionNumber: project.versionNumber,
          datasetName: project.datasetName,
          rowCount: project.trainingRowCount + project.validationRowCount,
          createdAtMs: manifest.createdAtMs,
          fingerprint: fingerprintOf(manifest.publicKey),
          isOwn: own.publicKey === manifest.publicKey,
          candidates: project.candidates.map((candidate) => ({
            id: candidate.id,
            baseModelName: candidate.baseModelName,
            status: candidate.status,
            validationLoss: lowest(candidate.points),
            hasWeights: paths.has(`weights/${candidate.id}.tar.gz`),
            hasReport: paths.has(`reports/${candidate.id}.html`),
          })),
        }
      }),
    report: (file, candidateId) =>
      opened(file, (bundle) =>
        withFolder(async (folder) => {
          const report = await bundle.extract(`reports/${candidateId}.html`, folder, 'report.html')
          const chunks: Buffer[] = []
          for await (const chunk of createReadStream(report)) chunks.push(chunk as Buffer)
          return Buffer.concat(chunks).toString('utf8')
        }),
      ),
    takeOver: (file) =>
      opened(file, ({ project, paths, extract }) =>
        withFolder(async (folder) => {
          const csv = await extract('dataset.csv', folder, 'dataset.csv')
          const dataset = options.renameDataset(
            (await options.importDataset(csv)).id,
            project.datasetName,
          )
          const artifacts = new Map<string, string>()
          for (const { id } of project.candidates) {
            if (!paths.has(`weights/${id}.tar.gz`)) continue
            const weights = await extract(`weights/${id}.tar.gz`, folder, `${id}.tar.gz`)
            artifacts.set(id, await keepWeights(weights))
          }
          return storeProject(project, dataset, artifacts)
        }),
      ),
  }

  async function keepWeights(file: string): Promise<string> {
    const { clients, bucket } = await options.connect(localWorkspaceId)
    await ensureBucket(clients, bucket)
    const key = `timbre/bundles/${randomUUID()}/model.tar.gz`
    await uploadFile(clients, { bucket, key }, file)
    return `s3://${bucket}/${key}`
  }

  function storeProject(
    project: BundledProject,
    dataset: Dataset,
    artifacts: ReadonlyMap<string, string>,
  ): Model {
    const ids = new Map(project.candidates.map(({ id }) => [id, randomUUID() as string]))
    const idOf = (id: string) => {
      const known = ids.get(id)
      if (known !== undefined) return known
      throw new AppError('BundleInvalid', 'A candidate is missing', { details: { reason: id } })
    }
    const version = insertModelVersion(
      db,
      {
        id: randomUUID(),
        name: freeName(project.modelName),
        problemType: 'fine-tune-foundation-model',
        createdAtMs: options.now(),
      },
      {
        id: randomUUID(),
        workspaceId: localWorkspaceId,
        datasetId: dataset.id,
        datasetName: dataset.name,
        datasetSha256: dataset.contentSha256,
        columns: project.columns,
        validationFraction: project.validationFraction,
        splitSeed: project.splitSeed,
        trainingRowCount: project.trainingRowCount,
        validationRowCount: project.validationRowCount,
        samplePrompts: project.samplePrompts,
        createdAtMs: project.createdAtMs,
        candidates: project.candidates.map(({ points: _points, ...candidate }) => ({
          ...candidate,
          id: idOf(candidate.id),
          // One job has one name, and this computer may be the one that it came from.
          trainingJobName: `bundle-${randomUUID()}`,
          trainingJobArn: null,
          progress: null,
          failure: null,
          status: candidate.status === 'Completed' ? 'Completed' : 'Stopped',
          modelArtifactUri: artifacts.get(candidate.id) ?? null,
        })),
      },
    )
    for (const { id, points } of project.candidates)
      insertMetricPoints(
        db,
        points.map((point) => ({ ...point, candidateId: idOf(id) })),
      )
    const { chosenCandidateId } = project
    if (chosenCandidateId !== null && ids.has(chosenCandidateId))
      setChosenCandidate(db, version.id, idOf(chosenCandidateId))
    return getModel(db, version.modelId)
  }

  function freeName(wanted: string): string {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted.slice(0, 54)} ${number}`
      if (!isModelNameTaken(db, name)) return name
    }
  }
}

function lowest(points: BundledProject['candidates'][number]['points']): number | null {
  const losses = points
    .filter(({ metric }) => metric === 'validation_loss')
    .map(({ value }) => value)
  return losses.length === 0 ? null : Math.min(...losses)
}
