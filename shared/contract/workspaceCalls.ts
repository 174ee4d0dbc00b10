/** Calls and events about workspaces. */
import { z } from 'zod'
import { profileSchema } from '../awsProfile.ts'
import {
  accessKeysSchema,
  awsWorkspaceSchema,
  callerSchema,
  keysStateSchema,
  workspaceDraftSchema,
  workspaceSchema,
  workspaceTroubleSchema,
} from '../workspace.ts'
import { preflightSchema } from '../cost.ts'
import { foreignJobSchema } from '../foreignJob.ts'
import { setupReportSchema, trustingRoleSchema } from '../setup.ts'
import { uploadSchema } from '../upload.ts'
import { mfaCodeSchema, mfaQuestionSchema, signInStateSchema } from '../signIn.ts'
import { call } from './call.ts'

const nothing = z.null()
const byId = z.object({ id: z.string() })

export const workspaceCalls = {
  /** This computer first. */
  'workspace.list': call(nothing, z.array(workspaceSchema)),
  'workspace.create': call(workspaceDraftSchema, awsWorkspaceSchema),
  'workspace.update': call(
    z.object({ id: z.string(), draft: workspaceDraftSchema }),
    awsWorkspaceSchema,
  ),
  /** Refused with WorkspaceInUse while something is trained in it. */
  'workspace.delete': call(byId, nothing),
  /** Where the next training goes. */
  'workspace.select': call(byId, nothing),
  /** Who the credentials belong to. */
  'workspace.test': call(byId, callerSchema),
  /** Of AWS's shared config files, without secrets. */
  'workspace.profiles': call(nothing, z.array(profileSchema)),
  /** To the system's key store; they never come back. */
  'workspace.setKeys': call(z.object({ id: z.string(), keys: accessKeysSchema }), keysStateSchema),
  'workspace.removeKeys': call(byId, keysStateSchema),
  'workspace.describeKeys': call(byId, keysStateSchema),
  /** Those that can't be followed just now. */
  'workspace.troubles': call(nothing, z.array(workspaceTroubleSchema)),
  /** What the window shows is asked for more often; nothing while it is hidden. */
  'following.watch': call(z.object({ candidateIds: z.array(z.string()).max(100) }), nothing),

  'setup.check': call(byId, setupReportSchema),
  /** Of the account, those that SageMaker may take on. */
  'setup.roles': call(byId, z.array(trustingRoleSchema)),
  /** Makes the execution role, and chooses it. */
  'setup.createRole': call(byId, z.object({ roleArn: z.string() })),
  'setup.createBucket': call(byId, nothing),

  /** The newest of the account that Timbre did not start. */
  'job.listForeign': call(byId, z.array(foreignJobSchema)),
  /** Into the history, where it is followed from then on. */
  'job.adopt': call(
    foreignJobSchema.pick({ jobName: true, kind: true }).extend({ id: z.string() }),
    nothing,
  ),

  /** Quota, price and budget, before anything is started. */
  'preflight.check': call(
    z.object({
      id: z.string(),
      instanceTypes: z.array(z.string()).max(20),
      /** Spare machines. */
      spotTypes: z.array(z.string()).max(20).default([]),
      /** Of endpoints, afterwards. */
      hostingTypes: z.array(z.string()).max(20).default([]),
    }),
    preflightSchema,
  ),
  'preflight.requestIncrease': call(
    z.object({ id: z.string(), quotaCode: z.string(), wanted: z.number().positive().max(1000) }),
    z.object({ status: z.string() }),
  ),

  /** Newest first. */
  'upload.list': call(nothing, z.array(uploadSchema)),
  /** Sends a dataset as it stands; goes on with what was begun of the same content. */
  'upload.sendDataset': call(
    z.object({ workspaceId: z.string(), datasetId: z.string() }),
    uploadSchema,
  ),
  'upload.pause': call(byId, nothing),
  'upload.resume': call(byId, uploadSchema),
  /** Nothing of it stays in S3. */
  'upload.cancel': call(byId, nothing),

  /** Answers when signed in; `signIn.progressed` and `signIn.mfaAsked` tell what the person has to do. */
  'signIn.start': call(z.object({ id: z.string(), flow: z.enum(['browser', 'code']) }), nothing),
  'signIn.cancel': call(byId, nothing),
  /** Null: the question was closed. */
  'signIn.answerMfa': call(
    z.object({ requestId: z.string(), code: mfaCodeSchema.nullable() }),
    nothing,
  ),
} as const

export const workspaceEvents = {
  'workspaces.changed': z.array(workspaceSchema),
  'workspace.troubled': workspaceTroubleSchema,
  'upload.progressed': uploadSchema,
  'signIn.progressed': signInStateSchema,
  'signIn.mfaAsked': mfaQuestionSchema,
} as const
