/** The services of the app, working in a workspace whose account is a double. */
import { listOpenCandidates } from '../../../electron/db/candidates.ts'
import { updateSettings } from '../../../electron/db/settings.ts'
import { openTestServices, type TestServices } from '../services.ts'
import { startAwsDouble, type AwsDouble, type AwsDoubleOptions } from './awsDouble.ts'
import { aDraft } from './workspaceDraft.ts'

export interface CloudServices {
  readonly test: TestServices
  readonly double: AwsDouble
  readonly workspaceId: string
  close(): Promise<void>
}

export async function openCloudServices(
  options: AwsDoubleOptions & {
    readonly endpoint?: (url: string) => string
    readonly libraryPollMs?: number
  } = {},
): Promise<CloudServices> {
  const double = await startAwsDouble(options)
  const { libraryPollMs } = options
  const test = await openTestServices(undefined, {
    accountPollMs: 50,
    ...(libraryPollMs === undefined ? {} : { libraryPollMs }),
  })
  const workspaceId = await addDoubleWorkspace(
    test.services,
    double,
    options.endpoint?.(double.url) ?? double.url,
  )
  return {
    test,
    double,
    workspaceId,
    async close() {
      await test.close()
      await double.close()
    },
  }
}

/** @param url where its calls go: the double itself, or a proxy before it */
export async function addDoubleWorkspace(
  { workspaces, db }: TestServices['services'],
  { region, account }: Pick<AwsDouble, 'region' | 'account'>,
  url: string,
): Promise<string> {
  const { id } = workspaces.create(
    aDraft({
      name: 'Double',
      region,
      executionRoleArn: `arn:aws:iam::${account}:role/TimbreExecution`,
      endpoints: { default: url },
    }),
  )
  await typeKeys(workspaces, id)
  // The usual budget of calls is for people, who wait.
  updateSettings(db, { awsCallsPerMinute: 6000 })
  return id
}

/** A look at everything that has not ended, as if the window showed it. */
export async function lookAtAll({ db, watch }: TestServices['services']): Promise<void> {
  watch.watch(listOpenCandidates(db).map(({ id }) => id))
  watch.hurry()
  await watch.check()
}

/** Without a key store they are kept until the app ends: after a restart they are typed again. */
export async function typeKeys(
  workspaces: TestServices['services']['workspaces'],
  id: string,
): Promise<void> {
  await workspaces.setKeys(id, {
    accessKeyId: 'AKIADOUBLEDOUBLE0001',
    secretAccessKey: 'double-secret-double-secret-double-secret',
    sessionToken: null,
  })
}
