/** Calls and events about using and shipping models: playground, endpoints, registry, notebook, bundles, batches. */
import { z } from 'zod'
import { batchRequestSchema, batchSchema } from '../batch.ts'
import { bundleSummarySchema } from '../bundle.ts'
import { datasetSchema } from '../dataset.ts'
import {
  deployDefaultsSchema,
  deployRequestSchema,
  endpointSchema,
  endpointsStateSchema,
  instanceTypeSchema,
  metricSeriesSchema,
  priceSchema,
  updateEndpointSchema,
  startedEndpointSchema,
} from '../endpoint.ts'
import { codeLanguages } from '../invocationCode.ts'
import { modelSchema } from '../model.ts'
import {
  answerPieceSchema,
  conversationSummarySchema,
  namedSpeakerSchema,
  questionSchema,
  ratingSchema,
  regenerationSchema,
  turnSchema,
  askedSideSchema,
} from '../playground.ts'
import {
  approvalSchema,
  packageGroupSchema,
  registeredVersionSchema,
  registerRequestSchema,
} from '../registry.ts'
import { paidJobSchema } from '../runningCost.ts'
import { call } from './call.ts'

const nothing = z.null()
const byId = z.object({ id: z.string() })
const byName = z.object({ name: z.string() })
const saved = z.object({ path: z.string() }).nullable()
const share = z.number().min(0).max(1)

export const shipCalls = {
  /** Trained candidates, base models and endpoints that answer. */
  'playground.speakers': call(nothing, z.array(namedSpeakerSchema)),
  /** Returns at once; the answers arrive as `answer.appended`. The caller makes the requestId. */
  'playground.ask': call(questionSchema, turnSchema),
  'playground.regenerate': call(regenerationSchema, nothing),
  'playground.stop': call(z.object({ requestId: z.string() }), nothing),
  'playground.conversations': call(
    z.object({ search: z.string().max(200) }),
    z.array(conversationSummarySchema),
  ),
  'playground.conversation': call(byId, z.array(turnSchema)),
  'playground.delete': call(byId, nothing),
  /** Markdown or JSON, by the ending that the user gives it; null when the dialog was closed. */
  'playground.save': call(byId, saved),
  'playground.rate': call(
    z.object({ answerId: z.string(), rating: ratingSchema.nullable() }),
    nothing,
  ),
  /** Puts question and answer as a new row into a dataset. */
  'playground.teach': call(
    z.object({
      datasetId: z.string(),
      question: z.string().trim().min(1).max(100_000),
      answer: z.string().trim().min(1).max(100_000),
    }),
    datasetSchema,
  ),
  /** Questions of the data that a candidate was made with: those it has not seen first. */
  'playground.prompts': call(
    z.object({ candidateId: z.string() }),
    z.object({ unseen: z.array(z.string()), trained: z.array(z.string()) }),
  ),

  'endpoint.state': call(nothing, endpointsStateSchema),
  'endpoint.defaults': call(z.object({ candidateId: z.string() }), deployDefaultsSchema),
  /** Of one machine by the hour; null: not known. */
  'endpoint.price': call(
    z.object({ workspaceId: z.string(), instanceType: instanceTypeSchema }),
    priceSchema.nullable(),
  ),
  /** What begins to cost when these are asked. */
  'endpoint.startPrice': call(z.array(askedSideSchema), z.array(startedEndpointSchema)),
  'endpoint.deploy': call(deployRequestSchema, endpointSchema),
  'endpoint.update': call(updateEndpointSchema, endpointSchema),
  'endpoint.rollBack': call(byName, endpointSchema),
  'endpoint.setShare': call(z.object({ name: z.string(), share }), endpointSchema),
  'endpoint.allowUnguarded': call(byName, nothing),
  'endpoint.delete': call(byName, endpointSchema),
  /** Trainings and transform jobs that an account is paid for now. */
  'cost.jobs': call(nothing, z.array(paidJobSchema)),
  'endpoint.deleteOrphan': call(z.object({ workspaceId: z.string(), name: z.string() }), nothing),
  'endpoint.reconcile': call(nothing, endpointsStateSchema),
  'endpoint.metrics': call(
    z.object({
      name: z.string(),
      hours: z
        .number()
        .min(1)
        .max(24 * 14),
    }),
    z.array(metricSeriesSchema),
  ),
  'endpoint.code': call(
    z.object({ name: z.string(), language: z.enum(codeLanguages) }),
    z.string(),
  ),

  'registry.groups': call(z.object({ workspaceId: z.string() }), z.array(packageGroupSchema)),
  'registry.versions': call(
    z.object({ workspaceId: z.string(), groupName: z.string() }),
    z.array(registeredVersionSchema),
  ),
  /** The ARN of the new version. */
  'registry.register': call(registerRequestSchema, z.string()),
  'registry.approve': call(
    z.object({
      workspaceId: z.string(),
      arn: z.string(),
      approval: approvalSchema,
      comment: z.string().trim().max(1024),
    }),
    nothing,
  ),
  'registry.delete': call(z.object({ workspaceId: z.string(), arn: z.string() }), nothing),

  /** Writes a notebook where the user says; null when the dialog was closed. */
  'notebook.save': call(z.object({ candidateId: z.string() }), saved),
  'notebook.view': call(
    z.object({ candidateId: z.string() }),
    z.array(z.object({ kind: z.enum(['markdown', 'code']), text: z.string() })),
  ),
  /** The model artifact of a candidate as a file; goes on where it was interrupted. */
  'artifact.save': call(z.object({ candidateId: z.string() }), saved),

  'bundle.save': call(z.object({ versionId: z.string(), withWeights: z.boolean() }), saved),
  /** Opens the system's dialog for a bundle; null when it was closed. */
  'bundle.choose': call(nothing, bundleSummarySchema.nullable()),
  'bundle.report': call(z.object({ path: z.string(), candidateId: z.string() }), z.string()),
  'bundle.takeOver': call(z.object({ path: z.string() }), modelSchema),

  'batch.list': call(nothing, z.array(batchSchema)),
  'batch.start': call(batchRequestSchema, batchSchema),
  'batch.stop': call(byId, batchSchema),
  'batch.resume': call(byId, batchSchema),
  'batch.save': call(byId, saved),
  'batch.delete': call(byId, nothing),
} as const

export const shipEvents = {
  'answer.appended': answerPieceSchema,
  'endpoints.changed': endpointsStateSchema,
  'batch.progressed': batchSchema,
} as const
