/** Answers the calls of shared/contract/shipCalls.ts. */
import type { Handlers } from '../../shared/contract.ts'
import type { shipCalls } from '../../shared/contract/shipCalls.ts'
import { writeFileWhole } from '../dataset/content.ts'
import {
  deleteConversation,
  listTurns,
  searchConversations,
  setRating,
} from '../db/conversations.ts'
import { getCandidate } from '../db/candidates.ts'
import { getModel, getVersion } from '../db/models.ts'
import { conversationDocument } from '../inference/conversationDocument.ts'
import type { HostDialogs } from './hostDialogs.ts'
import type { Services } from '../services.ts'
import { paidJobs } from '../training/paidJobs.ts'

const mostConversations = 200

export function shipHandlers(
  services: Services,
  dialogs: HostDialogs,
): Pick<Handlers, keyof typeof shipCalls> {
  const { db, use } = services
  const { playground, endpoints, deployments, registry, bundles, batches } = use
  const slug = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')

  return {
    'playground.speakers': () => use.speakers(),
    'playground.ask': async (question) => playground.ask(question),
    'playground.regenerate': async (request) => {
      playground.regenerate(request)
      return null
    },
    'playground.stop': async ({ requestId }) => {
      playground.stop(requestId)
      return null
    },
    'playground.conversations': async ({ search }) =>
      searchConversations(db, search, mostConversations),
    'playground.conversation': async ({ id }) => listTurns(db, id),
    'playground.delete': async ({ id }) => {
      deleteConversation(db, id)
      return null
    },
    'playground.save': async ({ id }) => {
      const file = await dialogs.chooseSavePath('timbre-conversation.md')
      if (file === null) return null
      const text = conversationDocument(
        listTurns(db, id),
        /\.json$/i.test(file) ? 'json' : 'markdown',
      )
      await writeFileWhole(file, [Buffer.from(text)])
      return { path: file }
    },
    'playground.rate': async ({ answerId, rating }) => {
      setRating(db, answerId, rating)
      return null
    },
    'playground.teach': ({ datasetId, question, answer }) => use.teach(datasetId, question, answer),
    'playground.prompts': ({ candidateId }) => services.prompts(candidateId),

    'endpoint.state': async () => endpoints.state(),
    'cost.jobs': async () => paidJobs(db),
    'endpoint.defaults': ({ candidateId }) => deployments.defaults(candidateId),
    'endpoint.price': ({ workspaceId, instanceType }) => use.priceOf(workspaceId, instanceType),
    'endpoint.startPrice': (asked) => use.startPrice(asked),
    'endpoint.deploy': (request) => deployments.deploy(request),
    'endpoint.update': ({ name, candidateId, share }) =>
      deployments.update(name, candidateId, share),
    'endpoint.rollBack': ({ name }) => deployments.rollBack(name),
    'endpoint.setShare': ({ name, share }) => deployments.setShare(name, share),
    'endpoint.allowUnguarded': async ({ name }) => {
      endpoints.allowUnguarded(name)
      return null
    },
    'endpoint.delete': ({ name }) => endpoints.remove(name),
    'endpoint.deleteOrphan': async ({ workspaceId, name }) => {
      await endpoints.removeOrphan(workspaceId, name)
      return null
    },
    'endpoint.reconcile': async () => {
      await endpoints.reconcile()
      return endpoints.state()
    },
    'endpoint.metrics': ({ name, hours }) => deployments.metrics(name, hours),
    'endpoint.code': ({ name, language }) => use.code(name, language),

    'registry.groups': ({ workspaceId }) => registry.groups(workspaceId),
    'registry.versions': ({ workspaceId, groupName }) => registry.versions(workspaceId, groupName),
    'registry.register': (request) => registry.register(request),
    'registry.approve': async ({ workspaceId, arn, approval, comment }) => {
      await registry.approve(workspaceId, arn, approval, comment)
      return null
    },
    'registry.delete': async ({ workspaceId, arn }) => {
      await registry.remove(workspaceId, arn)
      return null
    },

    'notebook.save': async ({ candidateId }) => {
      const notebook = await use.notebook(candidateId)
      const file = await dialogs.chooseSavePath('timbre-notebook.ipynb')
      if (file === null) return null
      await writeFileWhole(file, [Buffer.from(`${JSON.stringify(notebook, null, 1)}\n`)])
      return { path: file }
    },
    'notebook.view': async ({ candidateId }) =>
      (await use.notebook(candidateId)).cells.map(({ cell_type, source }) => ({
        kind: cell_type,
        text: source.join(''),
      })),
    'artifact.save': async ({ candidateId }) => {
      const { baseModelId } = getCandidate(db, candidateId)
      const file = await dialogs.chooseSavePath(`${slug(baseModelId)}-model.tar.gz`)
      if (file === null) return null
      await use.downloadArtifact(candidateId, file)
      return { path: file }
    },

    'bundle.save': async ({ versionId, withWeights }) => {
      const version = getVersion(db, versionId)
      const { name } = getModel(db, version.modelId)
      const file = await dialogs.chooseSavePath(`${slug(name)}-V${version.number}.timbre`)
      if (file === null) return null
      await bundles.write(versionId, file, { withWeights })
      return { path: file }
    },
    'bundle.choose': async () => {
      const file = await dialogs.chooseBundle()
      return file === null ? null : bundles.inspect(file)
    },
    'bundle.report': ({ path, candidateId }) => bundles.report(path, candidateId),
    'bundle.takeOver': ({ path }) => bundles.takeOver(path),

    'batch.list': async () => batches.list(),
    'batch.start': (request) => batches.start(request),
    'batch.stop': ({ id }) => batches.stop(id),
    'batch.resume': async ({ id }) => batches.resume(id),
    'batch.save': async ({ id }) => {
      const file = await dialogs.chooseSavePath('timbre-answers.csv')
      if (file === null) return null
      await writeFileWhole(file, batches.csv(id))
      return { path: file }
    },
    'batch.delete': async ({ id }) => {
      await batches.delete(id)
      return null
    },
  }
}
