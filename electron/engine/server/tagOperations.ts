/** AddTags, ListTags and DeleteTags. */
import { z } from 'zod'
import { tags } from '../jobs/trainingJobInput.ts'
import type { EngineContext } from './engineContext.ts'
import { operation, type Operation } from './operation.ts'

const resourceArn = z
  .string()
  .max(256)
  .regex(/^arn:.*/)

export const tagOperations: Readonly<Record<string, Operation>> = {
  AddTags: operation(z.object({ ResourceArn: resourceArn, Tags: tags }), (context, input) => {
    putTags(context, input.ResourceArn, input.Tags)
    return { Tags: listTags(context, input.ResourceArn) }
  }),
  ListTags: operation(z.object({ ResourceArn: resourceArn }), (context, input) => ({
    Tags: listTags(context, input.ResourceArn),
  })),
  DeleteTags: operation(
    z.object({ ResourceArn: resourceArn, TagKeys: z.array(z.string()).min(1).max(50) }),
    (context, input) => {
      const kept = listTags(context, input.ResourceArn).filter(
        (tag) => !input.TagKeys.includes(tag.Key),
      )
      context.tags.delete(input.ResourceArn)
      putTags(context, input.ResourceArn, kept)
      return {}
    },
  ),
}

export function putTags(
  context: EngineContext,
  arn: string,
  added: readonly { Key: string; Value: string }[],
): void {
  const known = context.tags.find(arn)
  const all = { ...known?.tags, ...Object.fromEntries(added.map((tag) => [tag.Key, tag.Value])) }
  context.tags.put({ arn, createdAtMs: known?.createdAtMs ?? context.now(), tags: all })
}

export function listTags(context: EngineContext, arn: string): { Key: string; Value: string }[] {
  return Object.entries(context.tags.find(arn)?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }))
}
