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
} from '../workspace.ts'
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
} as const

export const workspaceEvents = {
  'workspaces.changed': z.array(workspaceSchema),
} as const
