/** Model packages: what was trained, registered with its metrics and its approval. */
import { z } from 'zod'
import {
  approvalStatus,
  createModelPackageInput,
  groupNameOrArn,
  modelPackageName,
  mostMetadataEntries,
  updateModelPackageInput,
} from '../jobs/modelPackageInput.ts'
import type { ModelPackageRecord } from '../jobs/modelRegistry.ts'
import { arnOf, type EngineContext } from './engineContext.ts'
import { listInput, select } from './listing.ts'
import { describePackage, requireGroup, requirePackage, summarizePackage } from './modelPackages.ts'
import { operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { sha256Hex } from './sigv4.ts'
import { putTags } from './tagOperations.ts'

type CreateInput = z.output<typeof createModelPackageInput>

const byName = z.object({ ModelPackageName: modelPackageName })

export const modelPackageOperations: Readonly<Record<string, Operation>> = {
  CreateModelPackage: operation(createModelPackageInput, (context, input) => {
    refuseOddInput(input)
    const { ClientToken, Tags, ModelPackageName, ModelPackageGroupName, ...facts } = input
    const requestHash = sha256Hex(JSON.stringify(input))
    const sentBefore = ClientToken
      ? context.modelPackages.list().find((known) => known.clientToken?.token === ClientToken)
      : undefined
    if (sentBefore) {
      if (sentBefore.clientToken?.requestHash === requestHash) {
        return { ModelPackageArn: sentBefore.arn }
      }
      throw new ServiceError(
        'ConflictException',
        'The ClientToken was used for a different model package.',
      )
    }
    const identity =
      ModelPackageGroupName === undefined
        ? unversioned(context, ModelPackageName ?? '')
        : nextVersion(context, ModelPackageGroupName)
    const nowMs = context.now()
    const arn = arnOf('model-package', identity.name)
    context.modelPackages.put({
      ...identity,
      arn,
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      facts: {
        ...facts,
        ...(identity.version === null || facts.ModelApprovalStatus
          ? {}
          : { ModelApprovalStatus: 'PendingManualApproval' as const }),
      },
      clientToken: ClientToken === undefined ? null : { token: ClientToken, requestHash },
    })
    if (Tags) putTags(context, arn, Tags)
    return { ModelPackageArn: arn }
  }),

  DescribeModelPackage: operation(byName, (context, input) =>
    describePackage(requirePackage(context, input.ModelPackageName)),
  ),

  ListModelPackages: operation(
    listInput(['CreationTime', 'Name']).extend({
      ModelApprovalStatus: approvalStatus.optional(),
      ModelPackageGroupName: groupNameOrArn.optional(),
      ModelPackageType: z.enum(['Versioned', 'Unversioned', 'Both']).optional(),
    }),
    (context, input) => {
      const group =
        input.ModelPackageGroupName === undefined
          ? null
          : requireGroup(context, input.ModelPackageGroupName)
      // Documented is "Unversioned"; with a group AWS answers its versions all the same.
      const type = input.ModelPackageType ?? (group ? 'Versioned' : 'Unversioned')
      const found = context.modelPackages
        .list()
        .filter(
          ({ version, facts }) =>
            (type === 'Both' || (type === 'Versioned') === (version !== null)) &&
            (group === null || version?.groupName === group.name) &&
            (input.ModelApprovalStatus ?? facts.ModelApprovalStatus) === facts.ModelApprovalStatus,
        )
        .sort(inOrderOfCreation)
        // The name of a version is its group's.
        .map((known) => ({ ...known, name: known.version?.groupName ?? known.name }))
      const { page, ...next } = pageOf(select(found, input), input.MaxResults, input.NextToken)
      return { ModelPackageSummaryList: page.map(summarizePackage), ...next }
    },
  ),

  UpdateModelPackage: operation(updateModelPackageInput, (context, input) => {
    const known = requirePackage(context, input.ModelPackageArn)
    if (known.version === null) {
      throw validationError(`${known.arn} has no versions and cannot be updated.`)
    }
    context.modelPackages.put({
      ...known,
      facts: updatedFacts(known, input),
      modifiedAtMs: context.now(),
    })
    return { ModelPackageArn: known.arn }
  }),

  DeleteModelPackage: operation(byName, (context, input) => {
    const { arn } = requirePackage(context, input.ModelPackageName)
    context.modelPackages.delete(arn)
    context.tags.delete(arn)
    return {}
  }),
}

function refuseOddInput(input: CreateInput): void {
  if (input.ModelPackageName !== undefined && input.ModelPackageGroupName !== undefined) {
    throw validationError(
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    )
  }
  if (input.ModelPackageName === undefined && input.ModelPackageGroupName === undefined) {
    throw validationError('Missing ARN.')
  }
  if (input.ModelPackageGroupName !== undefined && input.Tags) {
    throw validationError('Tags cannot be put on a versioned model package: tag its group.')
  }
  if (input.ModelPackageName !== undefined && input.ModelApprovalStatus) {
    throw validationError('ModelApprovalStatus belongs to versioned model packages.')
  }
  if (!input.InferenceSpecification && !input.SourceAlgorithmSpecification && !input.SourceUri) {
    throw validationError(
      'One of InferenceSpecification, SourceAlgorithmSpecification and SourceUri is needed.',
    )
  }
}

function unversioned(context: EngineContext, name: string) {
  const arn = arnOf('model-package', name)
  if (context.modelPackages.find(arn)) {
    throw new ServiceError('ConflictException', `Model Package already exists: ${arn}`)
  }
  return { name, version: null }
}

function nextVersion(context: EngineContext, groupNameOrArn: string) {
  const group = requireGroup(context, groupNameOrArn)
  const number = group.lastVersion + 1
  // First the number: a version that could not be written leaves a gap, never two of one number.
  context.modelPackageGroups.put({ ...group, lastVersion: number })
  return { name: `${group.name}/${number}`, version: { groupName: group.name, number } }
}

/** Versions made within one millisecond stay in the order of their numbers. */
function inOrderOfCreation(a: ModelPackageRecord, b: ModelPackageRecord): number {
  return a.createdAtMs - b.createdAtMs || (a.version?.number ?? 0) - (b.version?.number ?? 0)
}

function updatedFacts(
  { facts }: ModelPackageRecord,
  input: z.output<typeof updateModelPackageInput>,
): ModelPackageRecord['facts'] {
  const {
    CustomerMetadataProperties: added,
    CustomerMetadataPropertiesToRemove: removed = [],
    AdditionalInferenceSpecificationsToAdd: specifications,
  } = input
  const metadata = Object.fromEntries(
    Object.entries({ ...facts.CustomerMetadataProperties, ...added }).filter(
      ([key]) => !removed.includes(key),
    ),
  )
  const count = Object.keys(metadata).length
  if (count > mostMetadataEntries) {
    throw validationError(
      `A model package has at most ${mostMetadataEntries} CustomerMetadataProperties; this would make ${count}.`,
    )
  }
  const all = [...(facts.AdditionalInferenceSpecifications ?? []), ...(specifications ?? [])]
  if (all.length > 15 || new Set(all.map(({ Name }) => Name)).size < all.length) {
    throw validationError('AdditionalInferenceSpecifications have unique names, at most 15.')
  }
  return {
    ...facts,
    ModelApprovalStatus: input.ModelApprovalStatus ?? facts.ModelApprovalStatus,
    ModelPackageRegistrationType:
      input.ModelPackageRegistrationType ?? facts.ModelPackageRegistrationType,
    ApprovalDescription: input.ApprovalDescription ?? facts.ApprovalDescription,
    InferenceSpecification: input.InferenceSpecification ?? facts.InferenceSpecification,
    SourceUri: input.SourceUri ?? facts.SourceUri,
    ModelCard: input.ModelCard ?? facts.ModelCard,
    ModelLifeCycle: input.ModelLifeCycle ?? facts.ModelLifeCycle,
    CustomerMetadataProperties: count > 0 ? metadata : undefined,
    AdditionalInferenceSpecifications: all.length > 0 ? all : undefined,
  }
}
