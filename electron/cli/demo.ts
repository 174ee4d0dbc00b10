/** `timbre demo`: the whole main job on the bundled sample; what `npm start` does where there is no display. */
import path from 'node:path'
import { usualSplit } from '../../shared/workbench/splitChoice.ts'
import { writeFileWhole } from '../dataset/content.ts'
import { resourcesDirectory } from '../resourcesDirectory.ts'
import { scan } from './files.ts'
import { answerOf } from './ask.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { printLeaderboard } from './leaderboard.ts'
import { createFollower, requireOneCompleted } from './follow.ts'
import { train } from './run.ts'

export async function demo(
  context: CommandContext,
  options: { epochs?: string; report?: string },
): Promise<void> {
  const { t, print } = context
  const sample = path.join(resourcesDirectory(), 'samples', 'help-desk-en.csv')
  print(t('cli:demo.title'))
  print('')
  await scan(context, sample)
  print('')
  const follower = createFollower()
  await withServices(
    context,
    async (services) => {
      await services.engine.start()
      const models = (await services.listBaseModels()).map((model) => model.id)
      const hyperparameters: Record<string, string> = {}
      if (options.epochs !== undefined) hyperparameters['epoch'] = options.epochs
      const request = {
        data: sample,
        input: 'question',
        output: 'answer',
        models,
        division: usualSplit,
        hyperparameters,
      }
      const result = await train(context, services, request, follower)
      printLeaderboard(context, result.leaderboard)
      requireOneCompleted(context, result.version)
      const best = result.leaderboard.find((entry) => entry.chosen)
      if (!best) return
      const [question] = (await services.prompts(best.candidateId)).unseen
      if (question !== undefined) {
        print(`${t('cli:ask.question')}: ${question}`)
        print('')
        await answerOf(context, services, best.candidateId, 'base', question, true)
        print('')
        await answerOf(context, services, best.candidateId, 'tuned', question, true)
        print('')
      }
      const report = path.resolve(
        options.report ?? path.join(services.dataDirectory, 'report.html'),
      )
      await writeFileWhole(report, [Buffer.from(await services.report(best.candidateId))])
      print(t('cli:report.wrote', { path: report }))
    },
    follower.publish,
  )
}
