/** Tables models and versions: rows <-> Model and ModelVersion, with their candidates. */
import { AppError } from '../../shared/errors.ts'
import {
  candidateTitle,
  longestModelName,
  problemTypeSchema,
  type Candidate,
  type Model,
  type ModelVersion,
} from '../../shared/model.ts'
import { samplePromptsSchema } from '../../shared/sampleAnswers.ts'
import { isInBin } from './bin.ts'
import { splitPlanSchema } from '../../shared/workbench/splitChoice.ts'
import { getCandidate, insertCandidate, listCandidatesOfVersion } from './candidates.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'
import { setTitles } from './titles.ts'

interface ModelRecord {
  id: string
  name: string
  problem_type: string
  created_at_ms: number
  resource_name: string
}

interface VersionRecord {
  id: string
  model_id: string
  number: number
  workspace_id: string
  dataset_id: string
  dataset_name: string
  dataset_sha256: string
  question_column: string
  answer_column: string
  validation_fraction: number
  split_seed: number
  training_row_count: number
  validation_row_count: number
  sample_prompts: string
  input_template: string | null
  split: string | null
  sample_rows: number | null
  chosen_candidate_id: string | null
  created_at_ms: number
}

const INSERT_VERSION = `
  INSERT INTO versions (id, model_id, number, workspace_id, dataset_id, dataset_name, dataset_sha256,
    question_column, answer_column, validation_fraction, split_seed, training_row_count, validation_row_count,
    sample_prompts, input_template, split, sample_rows, chosen_candidate_id, created_at_ms)
  VALUES (@id, @model_id, @number, @workspace_id, @dataset_id, @dataset_name, @dataset_sha256,
    @question_column, @answer_column, @validation_fraction, @split_seed, @training_row_count, @validation_row_count,
    @sample_prompts, @input_template, @split, @sample_rows, NULL, @created_at_ms)`

const INSERT_MODEL = `
  INSERT INTO models (id, name, problem_type, created_at_ms, resource_name)
  VALUES (@id, @name, @problem_type, @created_at_ms, @resource_name)`

const NEXT_VERSION_NUMBER = `
  SELECT coalesce(max(number), 0) + 1 FROM versions WHERE model_id = ?`

const CANDIDATES_OF_MODEL = `
  SELECT candidates.id, versions.number, base_model_name
  FROM candidates JOIN versions ON versions.id = version_id WHERE model_id = ?`

/** A version before it was stored: its number and its ids of kinship are given here. */
export type NewModelVersion = Omit<
  ModelVersion,
  'modelId' | 'number' | 'chosenCandidateId' | 'candidates'
> & { readonly candidates: readonly Omit<Candidate, 'versionId'>[] }

/** A model that exists (only its id is read), or one to make. */
export type VersionParent = { readonly id: string } | Omit<Model, 'versions'>

/**
 * Stores a version with its candidates, as the next number of its model; the model is made first when `parent` carries a
 * name.
 *
 * @throws AppError NameTaken when another model has the name (case is ignored), ModelNotFound
 */
export function insertModelVersion(
  db: WritableDb,
  parent: VersionParent,
  version: NewModelVersion,
): ModelVersion {
  return transact(db, () => {
    if ('name' in parent) insertModel(db, parent)
    else requireModel(db, parent.id)
    const number = db.prepare<[string], number>(NEXT_VERSION_NUMBER).pluck().get(parent.id) ?? 1
    db.prepare(INSERT_VERSION).run(versionToRow(version, parent.id, number))
    version.candidates.forEach((candidate, position) => {
      insertCandidate(db, { ...candidate, versionId: version.id }, position)
    })
    return getVersion(db, version.id)
  })
}

/** A model in the bin doesn't count: it makes way. */
export function isModelNameTaken(db: ReadableDb, name: string): boolean {
  const row = db.prepare<[string], ModelRecord>('SELECT * FROM models WHERE name = ?').get(name)
  return row !== undefined && isShown(db, row.id)
}

/** Newest model first; each with its versions, newest first. What is in the bin is left out. */
export function listModels(db: ReadableDb): Model[] {
  return db
    .prepare<[], ModelRecord>('SELECT * FROM models ORDER BY created_at_ms DESC, id')
    .all()
    .filter(({ id }) => isShown(db, id))
    .map((row) => rowToModel(row, versionsOf(db, row.id)))
}

/** Whether neither the model nor all of its candidates are in the bin. */
function isShown(db: ReadableDb, id: string): boolean {
  return !isInBin(db, { kind: 'model', id }) && versionsOf(db, id).length > 0
}

export function findModel(db: ReadableDb, id: string): Model | undefined {
  const row = db.prepare<[string], ModelRecord>('SELECT * FROM models WHERE id = ?').get(id)
  return row && rowToModel(row, versionsOf(db, id))
}

/** @throws AppError ModelNotFound */
export function getModel(db: ReadableDb, id: string): Model {
  return findModel(db, id) ?? modelNotFound(id)
}

/** One that is in the list of models. @throws AppError ModelNotFound for one in the bin too */
export function getShownModel(db: ReadableDb, id: string): Model {
  requireModel(db, id)
  return isShown(db, id) ? getModel(db, id) : modelNotFound(id)
}

/** What groups and experiments at AWS are called after: all versions share them, whatever the model is called by now. */
export function getResourceName(db: ReadableDb, id: string): string {
  const row = db.prepare<[string], ModelRecord>('SELECT * FROM models WHERE id = ?').get(id)
  return row?.resource_name ?? modelNotFound(id)
}

/**
 * Another name, also where the old one was written down for people.
 *
 * @throws AppError ModelNotFound for one in the bin too, NameTaken as insertModelVersion does
 */
export function renameModel(db: WritableDb, id: string, name: string): Model {
  return transact(db, () => {
    getShownModel(db, id)
    claimName(db, name, id)
    setName(db, id, name)
    return getModel(db, id)
  })
}

export function findVersion(db: ReadableDb, id: string): ModelVersion | undefined {
  const row = db.prepare<[string], VersionRecord>('SELECT * FROM versions WHERE id = ?').get(id)
  return row && rowToVersion(row, listCandidatesOfVersion(db, id))
}

/** @throws AppError ModelNotFound */
export function getVersion(db: ReadableDb, id: string): ModelVersion {
  return findVersion(db, id) ?? modelNotFound(id)
}

/**
 * The analyst's choice; null goes back to the suggestion.
 *
 * @throws AppError ModelNotFound, CandidateNotFound when the candidate is not one of this version
 */
export function setChosenCandidate(
  db: WritableDb,
  versionId: string,
  candidateId: string | null,
): ModelVersion {
  return transact(db, () => {
    if (candidateId !== null && getCandidate(db, candidateId).versionId !== versionId) {
      throw new AppError('CandidateNotFound', `${candidateId} is not of version ${versionId}`, {
        details: { id: candidateId },
      })
    }
    db.prepare('UPDATE versions SET chosen_candidate_id = ? WHERE id = ?').run(
      candidateId,
      versionId,
    )
    return getVersion(db, versionId)
  })
}

/** Of all its versions, those in the bin included. */
export function listCandidateIdsOfModel(db: ReadableDb, modelId: string): string[] {
  return db.prepare<[string], string>(CANDIDATES_OF_MODEL).pluck().all(modelId)
}

/** Removes versions that have no candidate left, and models that have no version left. */
export function deleteEmptyVersions(db: WritableDb): void {
  transact(db, () => {
    db.prepare(
      'DELETE FROM versions WHERE NOT EXISTS (SELECT 1 FROM candidates WHERE version_id = versions.id)',
    ).run()
    db.prepare(
      'DELETE FROM models WHERE NOT EXISTS (SELECT 1 FROM versions WHERE model_id = models.id)',
    ).run()
  })
}

/** The contents that versions were trained on, those in the bin included. */
export function listVersionContent(db: ReadableDb): Set<string> {
  return new Set(db.prepare<[], string>('SELECT dataset_sha256 FROM versions').pluck().all())
}

/** For the model `id`; one in the bin that has the name gets another. @throws AppError NameTaken */
function claimName(db: WritableDb, name: string, id: string): void {
  const holder = db.prepare<[string], ModelRecord>('SELECT * FROM models WHERE name = ?').get(name)
  if (!holder || holder.id === id) return
  if (isShown(db, holder.id))
    throw new AppError('NameTaken', `There is a model named ${name} already`, { details: { name } })
  const exists = db.prepare<[string]>('SELECT 1 FROM models WHERE name = ?')
  for (let number = 2; ; number += 1) {
    const ending = ` ${number}`
    const free = `${name.slice(0, longestModelName - ending.length)}${ending}`
    if (exists.get(free)) continue
    setName(db, holder.id, free)
    return
  }
}

function setName(db: WritableDb, id: string, name: string): void {
  db.prepare('UPDATE models SET name = ? WHERE id = ?').run(name, id)
  const candidates = db
    .prepare<[string], { id: string; number: number; base_model_name: string }>(CANDIDATES_OF_MODEL)
    .all(id)
  const titles = candidates.map((row): [string, string] => [
    row.id,
    candidateTitle({ name }, row, { baseModelName: row.base_model_name }),
  ])
  setTitles(db, new Map(titles))
}

function insertModel(db: WritableDb, model: Omit<Model, 'versions'>): void {
  claimName(db, model.name, model.id)
  db.prepare(INSERT_MODEL).run(modelToRow(model))
}

function requireModel(db: ReadableDb, id: string): void {
  if (!db.prepare('SELECT 1 FROM models WHERE id = ?').get(id)) modelNotFound(id)
}

function modelNotFound(id: string): never {
  throw new AppError('ModelNotFound', `There is no model or version ${id}`, { details: { id } })
}

function versionsOf(db: ReadableDb, modelId: string): ModelVersion[] {
  return db
    .prepare<[string], VersionRecord>(
      'SELECT * FROM versions WHERE model_id = ? ORDER BY number DESC',
    )
    .all(modelId)
    .map((row) => rowToVersion(row, listCandidatesOfVersion(db, row.id)))
    .filter(({ candidates }) => candidates.length > 0)
}

function rowToModel(row: ModelRecord, versions: ModelVersion[]): Model {
  return {
    id: row.id,
    name: row.name,
    problemType: problemTypeSchema.parse(row.problem_type),
    createdAtMs: row.created_at_ms,
    versions,
  }
}

function modelToRow(model: Omit<Model, 'versions'>): ModelRecord {
  return {
    id: model.id,
    name: model.name,
    problem_type: model.problemType,
    created_at_ms: model.createdAtMs,
    resource_name: model.name,
  }
}

function rowToVersion(row: VersionRecord, candidates: Candidate[]): ModelVersion {
  return {
    id: row.id,
    modelId: row.model_id,
    number: row.number,
    workspaceId: row.workspace_id,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    datasetSha256: row.dataset_sha256,
    columns: {
      question: row.question_column,
      answer: row.answer_column,
      ...(row.input_template === null ? {} : { inputTemplate: row.input_template }),
    },
    validationFraction: row.validation_fraction,
    splitSeed: row.split_seed,
    ...(row.split === null ? {} : { split: splitPlanSchema.parse(JSON.parse(row.split)) }),
    ...(row.sample_rows === null ? {} : { sampleRows: row.sample_rows }),
    trainingRowCount: row.training_row_count,
    validationRowCount: row.validation_row_count,
    samplePrompts: samplePromptsSchema.parse(JSON.parse(row.sample_prompts)),
    // A choice that lies in the bin comes back with it.
    chosenCandidateId: candidates.some(({ id }) => id === row.chosen_candidate_id)
      ? row.chosen_candidate_id
      : null,
    createdAtMs: row.created_at_ms,
    candidates,
  }
}

function versionToRow(
  version: NewModelVersion,
  modelId: string,
  number: number,
): Omit<VersionRecord, 'chosen_candidate_id'> {
  return {
    id: version.id,
    model_id: modelId,
    number,
    workspace_id: version.workspaceId,
    dataset_id: version.datasetId,
    dataset_name: version.datasetName,
    dataset_sha256: version.datasetSha256,
    question_column: version.columns.question,
    answer_column: version.columns.answer,
    validation_fraction: version.validationFraction,
    split_seed: version.splitSeed,
    training_row_count: version.trainingRowCount,
    validation_row_count: version.validationRowCount,
    sample_prompts: JSON.stringify(version.samplePrompts),
    input_template: version.columns.inputTemplate ?? null,
    split: version.split ? JSON.stringify(version.split) : null,
    sample_rows: version.sampleRows ?? null,
    created_at_ms: version.createdAtMs,
  }
}
