/** Model packages and their groups: how they are found, and how they are described. */
import type { ModelPackageGroupRecord, ModelPackageRecord } from '../jobs/modelRegistry.ts'
import { arnOf, type EngineContext } from './engineContext.ts'
import { epochSeconds } from './operation.ts'
import { validationError, type ServiceError } from './serviceError.ts'

/** @throws ServiceError ValidationException, as AWS answers here rather than ResourceNotFound */
export function requireGroup(context: EngineContext, nameOrArn: string): ModelPackageGroupRecord {
  const arn = fullArn('model-package-group', nameOrArn)
  const group = context.modelPackageGroups.find(arn)
  if (!group) throw validationError(`ModelPackageGroup ${arn} does not exist.`)
  return group
}

/** @throws ServiceError ValidationException */
export function requirePackage(context: EngineContext, nameOrArn: string): ModelPackageRecord {
  const arn = fullArn('model-package', nameOrArn)
  const found = context.modelPackages.find(arn)
  if (!found) throw packageMissing(arn)
  return found
}

function packageMissing(arn: string): ServiceError {
  return validationError(`ModelPackage ${arn} does not exist.`)
}

/** Names in ARNs are in lower case, so that a name is found however it is spelled. */
function fullArn(kind: string, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.toLowerCase() : arnOf(kind, nameOrArn)
}

export function packagesOf(context: EngineContext, groupName: string): ModelPackageRecord[] {
  return context.modelPackages
    .list()
    .filter(({ version }) => version?.groupName === groupName)
    .sort((a, b) => (a.version?.number ?? 0) - (b.version?.number ?? 0))
}

export function describeGroup(group: ModelPackageGroupRecord) {
  return {
    ModelPackageGroupName: group.name,
    ModelPackageGroupArn: group.arn,
    ...(group.description === null ? {} : { ModelPackageGroupDescription: group.description }),
    CreationTime: epochSeconds(group.createdAtMs),
    ModelPackageGroupStatus: 'Completed',
  }
}

/** What both a listing and a description show. */
export function summarizePackage({ name, arn, version, createdAtMs, facts }: ModelPackageRecord) {
  return {
    ...(version === null
      ? { ModelPackageName: name }
      : { ModelPackageGroupName: version.groupName, ModelPackageVersion: version.number }),
    ModelPackageArn: arn,
    ...(facts.ModelPackageDescription === undefined
      ? {}
      : { ModelPackageDescription: facts.ModelPackageDescription }),
    CreationTime: epochSeconds(createdAtMs),
    ModelPackageStatus: 'Completed',
    ModelApprovalStatus: facts.ModelApprovalStatus,
    ModelLifeCycle: facts.ModelLifeCycle,
    ModelPackageRegistrationType: facts.ModelPackageRegistrationType,
  }
}

export function describePackage(found: ModelPackageRecord) {
  return {
    ...found.facts,
    ...summarizePackage(found),
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CertifyForMarketplace: found.facts.CertifyForMarketplace ?? false,
    LastModifiedTime: epochSeconds(found.modifiedAtMs),
  }
}

/** What CreateModel takes from a package. @throws ServiceError ValidationException */
export function deployableContainerOf(
  context: EngineContext,
  nameOrArn: string,
): { image: string; modelDataUri: string } {
  const { arn, version, facts } = requirePackage(context, nameOrArn)
  if (version && facts.ModelApprovalStatus !== 'Approved') {
    throw validationError(
      `ModelPackage ${arn} cannot be deployed: its approval status is ${String(facts.ModelApprovalStatus)}.`,
    )
  }
  const [container, ...others] = facts.InferenceSpecification?.Containers ?? []
  if (others.length > 0) throw validationError('This computer serves one container per model.')
  const modelDataUri = container?.ModelDataUrl ?? container?.ModelDataSource?.S3DataSource?.S3Uri
  if (container?.Image === undefined || modelDataUri === undefined) {
    throw validationError(
      `ModelPackage ${arn} cannot be deployed: its inference specification names no image or no model data.`,
    )
  }
  return { image: container.Image, modelDataUri }
}
