/** `timbre resume`: goes on with what was interrupted, and stays until it ends. */
import { listOpenCandidates } from '../db/candidates.ts'
import { getVersion } from '../db/models.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { createFollower, follow, requireOneCompleted } from './follow.ts'
import { printResult } from './leaderboard.ts'

export function resume(context: CommandContext): Promise<void> {
  const follower = createFollower()
  return withServices(
    context,
    async (services) => {
      const versionIds = new Set(listOpenCandidates(services.db).map(({ versionId }) => versionId))
      if (versionIds.size === 0) {
        if (!context.json) context.print(context.t('cli:resume.nothing'))
        return
      }
      await services.engine.start()
      for (const id of versionIds) {
        const version = await follow(context, services, getVersion(services.db, id), follower)
        printResult(context, version, services.leaderboard(id))
        requireOneCompleted(context, version)
      }
    },
    follower.publish,
  )
}
