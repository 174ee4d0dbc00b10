/** What keeps an endpoint: schedules that end it, updates, shares of several variants, and what was counted. */
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  waitUntilEndpointInService,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestEngine, tinyModelId, type TestEngine } from '../../../support/engine.ts'

let nowMs = Date.now()
let engine: TestEngine
beforeAll(async () => {
  // Client and engine share a process, and so one clock, which the tests move.
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs })
  engine = await startTestEngine()
})
afterAll(async () => {
  await engine.stop()
  vi.useRealTimers()
})

function passTime(milliseconds: number): void {
  nowMs += milliseconds
  vi.setSystemTime(nowMs)
}

const minute = 60_000

async function createEndpoint(name: string, variants = ['AllTraffic']): Promise<void> {
  await createConfig(name, variants)
  await engine.clients.sageMaker.send(
    new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }),
  )
  await waitUntilEndpointInService(
    { client: engine.clients.sageMaker, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { EndpointName: name },
  )
}

async function createConfig(
  name: string,
  variants: string[],
  S3Uri = `s3://timbre-models/${tinyModelId}/1.0.0/`,
) {
  await engine.clients.sageMaker.send(
    new CreateModelCommand({
      ModelName: name,
      PrimaryContainer: {
        Image: '000000000000.dkr.ecr.us-east-1.amazonaws.com/timbre-inference:1.0.0',
        ModelDataSource: {
          S3DataSource: { S3Uri, S3DataType: 'S3Prefix', CompressionType: 'None' },
        },
      },
    }),
  )
  await engine.clients.sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      DataCaptureConfig: {
        InitialSamplingPercentage: 10,
        DestinationS3Uri: 's3://b/c',
        CaptureOptions: [],
      },
      ProductionVariants: variants.map((VariantName) => ({
        VariantName,
        ModelName: name,
        InitialInstanceCount: 1,
        InstanceType: 'ml.m5.large',
        InitialVariantWeight: 1,
      })),
    }),
  )
}

function aSchedule(endpoint: string, atMs: number): CreateScheduleCommandInput {
  return {
    Name: `stop-${endpoint}`,
    ScheduleExpression: `at(${new Date(atMs).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: 'arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint',
      RoleArn: 'arn:aws:iam::000000000000:role/TimbreScheduler',
      Input: JSON.stringify({ EndpointName: endpoint }),
    },
  }
}

const statusOf = (name: string) =>
  engine.clients.sageMaker
    .send(new DescribeEndpointCommand({ EndpointName: name }))
    .then((found) => found.EndpointStatus ?? '')
    .catch((error: Error) => error.name)

const ask = (name: string, TargetVariant?: string) =>
  engine.clients.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: name,
      Body: JSON.stringify({ inputs: 'Hi', parameters: { max_new_tokens: 2 } }),
      ...(TargetVariant ? { TargetVariant } : {}),
    }),
  )

test('a schedule deletes its endpoint at its time, and itself', async () => {
  const { scheduler } = engine.clients
  await scheduler.send(new CreateScheduleCommand(aSchedule('timed', nowMs + 10 * minute)))
  await createEndpoint('timed')
  await scheduler.send(new UpdateScheduleCommand(aSchedule('timed', nowMs + 20 * minute)))
  passTime(15 * minute)
  expect(await statusOf('timed')).toBe('InService')
  passTime(10 * minute)
  expect(await statusOf('timed')).toBe('ValidationException')
  await expect(
    scheduler.send(new GetScheduleCommand({ Name: 'stop-timed' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('a schedule that came due while the engine was off runs at its start', async () => {
  await engine.clients.scheduler.send(
    new CreateScheduleCommand(aSchedule('slept', nowMs + 10 * minute)),
  )
  await createEndpoint('slept')
  await engine.engine.close()
  passTime(11 * minute)
  engine = await engine.restart()
  expect(await statusOf('slept')).toBe('ValidationException')
})

test('schedules are described as they were sent, listed, taken once and deleted', async () => {
  const { scheduler } = engine.clients
  const sent = { ...aSchedule('kept', nowMs + minute), ClientToken: 'one' }
  const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand(sent))
  expect(await scheduler.send(new CreateScheduleCommand(sent))).toMatchObject({ ScheduleArn })
  await expect(
    scheduler.send(new CreateScheduleCommand({ ...sent, ClientToken: 'two' })),
  ).rejects.toMatchObject({ name: 'ConflictException' })
  expect(await scheduler.send(new GetScheduleCommand({ Name: 'stop-kept' }))).toMatchObject({
    Arn: ScheduleArn,
    ScheduleExpression: sent.ScheduleExpression,
    Target: sent.Target,
    State: 'ENABLED',
  })
  const { Schedules } = await scheduler.send(new ListSchedulesCommand({ NamePrefix: 'stop-' }))
  expect(Schedules).toMatchObject([{ Name: 'stop-kept' }])
  await scheduler.send(new DeleteScheduleCommand({ Name: 'stop-kept' }))
  await expect(
    scheduler.send(new UpdateScheduleCommand(aSchedule('kept', nowMs))),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test.each([
  ['a repeating one', { ScheduleExpression: 'rate(1 hour)' }],
  ['another zone', { ScheduleExpressionTimezone: 'Europe/Berlin' }],
  [
    'another target',
    {
      Target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:s3:putObject',
        RoleArn: 'arn:aws:iam::000000000000:role/x',
      },
    },
  ],
])('refuses %s', async (_name, change) => {
  await expect(
    engine.clients.scheduler.send(
      new CreateScheduleCommand({ ...aSchedule('odd', nowMs), ...change }),
    ),
  ).rejects.toMatchObject({ name: 'ValidationException' })
})

test('shares requests among variants by their weights, and answers by a named one', async () => {
  await createEndpoint('split', ['old', 'new'])
  const { sageMaker } = engine.clients
  await sageMaker.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName: 'split',
      DesiredWeightsAndCapacities: [
        { VariantName: 'old', DesiredWeight: 0 },
        { VariantName: 'new', DesiredWeight: 3 },
      ],
    }),
  )
  const { ProductionVariants } = await sageMaker.send(
    new DescribeEndpointCommand({ EndpointName: 'split' }),
  )
  expect(ProductionVariants).toMatchObject([
    { VariantName: 'old', CurrentWeight: 0 },
    { VariantName: 'new', CurrentWeight: 3 },
  ])
  for (let turn = 0; turn < 3; turn += 1)
    expect(await ask('split')).toMatchObject({ InvokedProductionVariant: 'new' })
  expect(await ask('split', 'old')).toMatchObject({ InvokedProductionVariant: 'old' })
  await expect(ask('split', 'none')).rejects.toMatchObject({ name: 'ValidationError' })
  const config = await sageMaker.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: 'split' }),
  )
  expect(config.DataCaptureConfig).toMatchObject({ DestinationS3Uri: 's3://b/c' })
})

test('an update answers with the new configuration, and one that fails leaves the old', async () => {
  await createEndpoint('updated')
  await createConfig('second', ['AllTraffic'])
  await createConfig('broken', ['AllTraffic'], 's3://nowhere/model/')
  const { sageMaker } = engine.clients
  const update = async (EndpointConfigName: string) => {
    await sageMaker.send(new UpdateEndpointCommand({ EndpointName: 'updated', EndpointConfigName }))
    await expect.poll(() => statusOf('updated')).toBe('InService')
    return sageMaker.send(new DescribeEndpointCommand({ EndpointName: 'updated' }))
  }
  expect(await update('second')).toMatchObject({ EndpointConfigName: 'second' })
  const failed = await update('broken')
  expect(failed).toMatchObject({ EndpointConfigName: 'second' })
  expect(failed.FailureReason).toContain('s3://nowhere')
  await ask('updated')
})

test('counts invocations, errors and latency as CloudWatch does, also after a restart', async () => {
  await createEndpoint('counted')
  await ask('counted')
  await ask('counted')
  await expect(
    engine.clients.runtime.send(
      new InvokeEndpointCommand({ EndpointName: 'counted', Body: 'no JSON' }),
    ),
  ).rejects.toMatchObject({ name: 'ModelError' })
  engine = await engine.restart()
  const query = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/SageMaker',
        MetricName,
        Dimensions: [
          { Name: 'EndpointName', Value: 'counted' },
          { Name: 'VariantName', Value: 'AllTraffic' },
        ],
      },
      Period: 300,
      Stat,
    },
  })
  const { MetricDataResults = [] } = await engine.clients.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(nowMs - 10 * minute),
      EndTime: new Date(nowMs + minute),
      MetricDataQueries: [
        query('asked', 'Invocations', 'Sum'),
        query('refused', 'Invocation4XXErrors', 'Sum'),
        query('slow', 'ModelLatency', 'p90'),
        query('unknown', 'DiskUtilization', 'Average'),
      ],
    }),
  )
  expect(MetricDataResults.map(({ Id, Values }) => [Id, Values?.length])).toEqual([
    ['asked', 1],
    ['refused', 1],
    ['slow', 1],
    ['unknown', 0],
  ])
  expect(MetricDataResults[0]?.Values).toEqual([3])
  expect(MetricDataResults[1]?.Values).toEqual([1])
})
