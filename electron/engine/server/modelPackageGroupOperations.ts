/** Model package groups: the models of the registry, each a list of versions. */
import { z } from 'zod'
import { description, entityName, groupNameOrArn } from '../jobs/modelPackageInput.ts'
import { tags } from '../jobs/trainingJobInput.ts'
import { arnOf } from './engineContext.ts'
import { listInput, select } from './listing.ts'
import { describeGroup, packagesOf, requireGroup } from './modelPackages.ts'
import { operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'

const byName = z.object({ ModelPackageGroupName: groupNameOrArn })

export const modelPackageGroupOperations: Readonly<Record<string, Operation>> = {
  CreateModelPackageGroup: operation(
    z.object({
      ModelPackageGroupName: entityName,
      ModelPackageGroupDescription: description.optional(),
      Tags: tags.optional(),
    }),
    (context, input) => {
      const arn = arnOf('model-package-group', input.ModelPackageGroupName)
      if (context.modelPackageGroups.find(arn)) {
        throw validationError(`Model Package Group already exists: ${arn}`)
      }
      context.modelPackageGroups.put({
        name: input.ModelPackageGroupName,
        arn,
        createdAtMs: context.now(),
        description: input.ModelPackageGroupDescription ?? null,
        lastVersion: 0,
      })
      if (input.Tags) putTags(context, arn, input.Tags)
      return { ModelPackageGroupArn: arn }
    },
  ),

  DescribeModelPackageGroup: operation(byName, (context, input) => ({
    ...describeGroup(requireGroup(context, input.ModelPackageGroupName)),
    CreatedBy: {},
  })),

  ListModelPackageGroups: operation(listInput(['CreationTime', 'Name']), (context, input) => {
    const found = select(context.modelPackageGroups.list(), input)
    const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
    return { ModelPackageGroupSummaryList: page.map(describeGroup), ...next }
  }),

  DeleteModelPackageGroup: operation(byName, (context, input) => {
    const group = requireGroup(context, input.ModelPackageGroupName)
    if (packagesOf(context, group.name).length > 0) {
      throw new ServiceError(
        'ConflictException',
        `Model Package Group cannot be deleted because it still contains Model Packages: ${group.arn}`,
      )
    }
    context.modelPackageGroups.delete(group.arn)
    context.tags.delete(group.arn)
    return {}
  }),
}
