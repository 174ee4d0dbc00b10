/** The request that a job was made with, to make it again: as AWS describes the job, without what AWS adds. */
import { GetModelCustomizationJobCommand } from '@aws-sdk/client-bedrock'
import { DescribeAutoMLJobV2Command, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import type { TrainingWay } from '../../shared/trainingWay.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

export type JobRequest = Readonly<Record<string, unknown>>

/**
 * Members as the way's create call takes them: CreateTrainingJob, CreateAutoMLJobV2, CreateModelCustomizationJob. The names
 * of the job and of what it makes are left out, for they have to be new.
 * @throws AppError NotFound
 */
export async function jobRequestOf(
  clients: AwsClients,
  way: TrainingWay,
  jobName: string,
): Promise<JobRequest> {
  const members = await readers[way](clients, jobName)
  // JSON leaves out what is undefined, at every depth.
  return JSON.parse(JSON.stringify(members)) as JobRequest
}

type Reader = (clients: AwsClients, jobName: string) => Promise<object>

const trainingRequest: Reader = async ({ sageMaker }, jobName) => {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
  )
  return {
    RoleArn: job.RoleArn,
    AlgorithmSpecification: job.AlgorithmSpecification && {
      TrainingImage: job.AlgorithmSpecification.TrainingImage,
      TrainingInputMode: job.AlgorithmSpecification.TrainingInputMode,
      MetricDefinitions: job.AlgorithmSpecification.MetricDefinitions,
    },
    HyperParameters: job.HyperParameters,
    InputDataConfig: job.InputDataConfig,
    OutputDataConfig: job.OutputDataConfig,
    ResourceConfig: job.ResourceConfig,
    StoppingCondition: job.StoppingCondition,
    EnableNetworkIsolation: job.EnableNetworkIsolation,
    VpcConfig: job.VpcConfig,
  }
}

const serverlessRequest: Reader = async ({ sageMaker }, jobName) => {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
  )
  return {
    RoleArn: job.RoleArn,
    ServerlessJobConfig: job.ServerlessJobConfig,
    HyperParameters: job.HyperParameters,
    InputDataConfig: job.InputDataConfig,
    OutputDataConfig: job.OutputDataConfig,
    ModelPackageConfig: job.ModelPackageConfig && {
      ModelPackageGroupArn: job.ModelPackageConfig.ModelPackageGroupArn,
    },
    // The run's name has to be new as well.
    MlflowConfig: job.MlflowConfig && {
      MlflowResourceArn: job.MlflowConfig.MlflowResourceArn,
      MlflowExperimentName: job.MlflowConfig.MlflowExperimentName,
    },
    VpcConfig: job.VpcConfig,
  }
}

const autoMLRequest: Reader = async ({ sageMaker }, jobName) => {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeAutoMLJobV2Command({ AutoMLJobName: jobName })),
  )
  return {
    RoleArn: job.RoleArn,
    AutoMLJobInputDataConfig: job.AutoMLJobInputDataConfig,
    OutputDataConfig: job.OutputDataConfig,
    AutoMLProblemTypeConfig: job.AutoMLProblemTypeConfig,
    SecurityConfig: job.SecurityConfig,
  }
}

const customizationRequest: Reader = async (clients, jobName) => {
  const { bedrock } = await clients.cloud()
  const job = await withAwsErrors(() =>
    bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: jobName })),
  )
  return {
    roleArn: job.roleArn,
    // By its id, as it was asked for.
    baseModelIdentifier: job.baseModelArn?.split('/').at(-1),
    customizationType: job.customizationType,
    trainingDataConfig: job.trainingDataConfig,
    validationDataConfig: job.validationDataConfig,
    outputDataConfig: job.outputDataConfig,
    hyperParameters: job.hyperParameters,
    customModelKmsKeyId: job.outputModelKmsKeyArn,
    vpcConfig: job.vpcConfig,
  }
}

const readers: Readonly<Record<TrainingWay, Reader>> = {
  jumpStart: trainingRequest,
  serverless: serverlessRequest,
  autopilot: autoMLRequest,
  bedrock: customizationRequest,
}
