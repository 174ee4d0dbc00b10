/** CloudWatch's counts of what endpoints were asked, and the alarms that wake them. */
import type { ServiceDouble } from './doubleContext.ts'

interface Query {
  readonly Id: string
  readonly MetricStat: {
    readonly Metric: {
      readonly MetricName: string
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[]
    }
    readonly Period: number
    readonly Stat: string
  }
}

const latencyMicroseconds = 240_000

export const cloudWatchDouble: ServiceDouble = {
  GetMetricData: ({ hosting }, input) => ({
    MetricDataResults: (input['MetricDataQueries'] as Query[]).map(({ Id, MetricStat }) => {
      const { Metric, Period } = MetricStat
      const of = (name: string) => Metric.Dimensions?.find(({ Name }) => Name === name)?.Value
      const counts = new Map<number, number>()
      const isCounted = ['Invocations', 'ModelLatency'].includes(Metric.MetricName)
      for (const { endpoint, variant, atMs } of hosting.invocations) {
        const component = of('InferenceComponentName')
        const isOfThese =
          component === undefined
            ? endpoint === of('EndpointName') && variant === of('VariantName')
            : hosting.components.get(component)?.endpointName === endpoint
        if (!isCounted || !isOfThese) continue
        const startMs = Math.floor(atMs / (Period * 1000)) * Period * 1000
        counts.set(startMs, (counts.get(startMs) ?? 0) + 1)
      }
      return {
        Id,
        Label: Metric.MetricName,
        StatusCode: 'Complete',
        Timestamps: [...counts.keys()].map((ms) => new Date(ms)),
        Values: [...counts.values()].map((count) =>
          Metric.MetricName === 'ModelLatency' ? latencyMicroseconds : count,
        ),
      }
    }),
  }),
  PutMetricAlarm: ({ hosting }, input) => {
    hosting.alarms.set(String(input['AlarmName']), input)
    return {}
  },
  DeleteAlarms: ({ hosting }, input) => {
    for (const name of input['AlarmNames'] as string[]) hosting.alarms.delete(name)
    return {}
  },
}
