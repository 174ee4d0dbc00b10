/** Model package groups and their versions; what serverless jobs log is described without being kept. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { publishArtifact } from './trainingDouble.ts'
import { validationFailure } from './serviceFailure.ts'
import { without } from './without.ts'

type Input = Readonly<Record<string, unknown>>

interface Group {
  readonly arn: string
  readonly description: unknown
  readonly createdAtMs: number
  lastVersion: number
}

interface Package {
  readonly arn: string
  readonly group: string
  readonly version: number
  readonly createdAtMs: number
  readonly input: Input
  approval: unknown
  comment: unknown
}

export function createRegistryDouble(): ServiceDouble {
  const groups = new Map<string, Group>()
  const packages = new Map<string, Package>()
  const requireGroup = (name: string): Group => {
    const group = groups.get(name)
    if (group) return group
    throw validationFailure(`Model Package Group ${name} does not exist.`)
  }
  const requirePackage = (arn: string): Package => {
    const found = packages.get(arn)
    if (found) return found
    throw validationFailure(`ModelPackage ${arn} does not exist.`)
  }
  return {
    CreateModelPackageGroup: (context, input) => {
      const name = String(input['ModelPackageGroupName'])
      const arn = arnOf(context, 'model-package-group', name)
      if (groups.has(name))
        throw validationFailure(`Model Package Group already exists: ${arn.toLowerCase()}`)
      groups.set(name, {
        arn,
        description: input['ModelPackageGroupDescription'],
        createdAtMs: context.now(),
        lastVersion: 0,
      })
      return { ModelPackageGroupArn: arn }
    },
    DescribeModelPackageGroup: (_context, input) => {
      const name = String(input['ModelPackageGroupName'])
      return { ...summaryOf(name, requireGroup(name)) }
    },
    ListModelPackageGroups: (_context, input) => {
      const most = Number(input['MaxResults'] ?? 10)
      const start = Number(input['NextToken'] ?? 0)
      const all = [...groups].reverse()
      return {
        ModelPackageGroupSummaryList: all
          .slice(start, start + most)
          .map(([name, group]) => summaryOf(name, group)),
        ...(start + most < all.length ? { NextToken: String(start + most) } : {}),
      }
    },
    CreateModelPackage: (context, input) => {
      const name = String(input['ModelPackageGroupName'])
      const group = requireGroup(name)
      if (input['ModelPackageName'] !== undefined)
        throw validationFailure(
          'Both ModelPackageName and ModelPackageGroupName cannot be specified.',
        )
      const same = [...packages.values()].find(
        ({ input: made }) => made['ClientToken'] === input['ClientToken'],
      )
      if (same && input['ClientToken'] !== undefined) return { ModelPackageArn: same.arn }
      requireObjects(context, input)
      group.lastVersion += 1
      const arn = arnOf(context, 'model-package', `${name}/${group.lastVersion}`)
      packages.set(arn, {
        arn,
        group: name,
        version: group.lastVersion,
        createdAtMs: context.now(),
        input,
        approval: input['ModelApprovalStatus'] ?? 'PendingManualApproval',
        comment: undefined,
      })
      return { ModelPackageArn: arn }
    },
    DescribeModelPackage: (context, input) => {
      const arn = String(input['ModelPackageName'])
      const found = packages.get(arn)
      if (!found) return loggedPackage(context, arn)
      return {
        ...without(found.input, 'ClientToken', 'ModelApprovalStatus', 'Tags'),
        ...versionOf(found),
        ApprovalDescription: found.comment,
        ModelPackageStatusDetails: { ValidationStatuses: [] },
      }
    },
    ListModelPackages: (_context, input) => {
      const name = String(input['ModelPackageGroupName'])
      requireGroup(name)
      return {
        ModelPackageSummaryList: [...packages.values()]
          .filter(({ group }) => group === name)
          .reverse()
          .slice(0, Number(input['MaxResults'] ?? 10))
          .map(versionOf),
      }
    },
    UpdateModelPackage: (_context, input) => {
      const found = requirePackage(String(input['ModelPackageArn']))
      found.approval = input['ModelApprovalStatus'] ?? found.approval
      found.comment = input['ApprovalDescription'] ?? found.comment
      return { ModelPackageArn: found.arn }
    },
    DeleteModelPackage: (_context, input) => {
      const { arn } = requirePackage(String(input['ModelPackageName']))
      packages.delete(arn)
      return {}
    },
  }
}

function summaryOf(name: string, { arn, description, createdAtMs }: Group) {
  return {
    ModelPackageGroupName: name,
    ModelPackageGroupArn: arn,
    ModelPackageGroupDescription: description,
    CreationTime: new Date(createdAtMs),
    ModelPackageGroupStatus: 'Completed',
  }
}

function versionOf({ arn, group, version, createdAtMs, approval }: Package) {
  return {
    ModelPackageArn: arn,
    ModelPackageGroupName: group,
    ModelPackageVersion: version,
    CreationTime: new Date(createdAtMs),
    ModelPackageStatus: 'Completed',
    ModelApprovalStatus: approval,
  }
}

/** What a version points to has to be there. */
function requireObjects({ objects }: DoubleContext, input: Input): void {
  const metrics = input['ModelMetrics'] as
    { ModelQuality?: { Statistics?: { S3Uri: string } } } | undefined
  const uri = metrics?.ModelQuality?.Statistics?.S3Uri
  if (uri !== undefined && objects.under(uri).length === 0)
    throw validationFailure(`Could not access the model metrics at ${uri}.`)
}

/** What a serverless job left: logged, and not registered yet. */
function loggedPackage(context: DoubleContext, arn: string) {
  const output = `s3://sagemaker-${context.region}-${context.account}/timbre/jobs/packages/${arn.split('/').at(-1) ?? ''}`
  publishArtifact(context, `${output}/checkpoints/hf_merged/`)
  return {
    ModelPackageArn: arn,
    ModelPackageName: arn.split('/').slice(-2).join('/'),
    ModelPackageStatus: 'Completed',
    ModelPackageStatusDetails: { ValidationStatuses: [] },
    CreationTime: new Date(context.now()),
    ModelPackageRegistrationType: 'Logged',
    InferenceSpecification: {
      Containers: [
        {
          IsCheckpoint: false,
          ModelDataSource: {
            S3DataSource: {
              S3Uri: `${output}/`,
              S3DataType: 'S3Prefix',
              CompressionType: 'None',
            },
          },
          BaseModel: {
            HubContentName: 'huggingface-reasoning-qwen3-4b',
            HubContentVersion: '2.1.0',
            RecipeName: 'lora_sft',
          },
        },
      ],
    },
  }
}

function arnOf({ region, account }: DoubleContext, kind: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:${kind}/${name}`
}
