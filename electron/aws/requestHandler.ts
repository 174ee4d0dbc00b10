/** How SDK clients reach the network: time-outs, a company's proxy, and its certificates. */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { rootCertificates } from 'node:tls'
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { createRecordingHandler } from './recorder.ts'
import type { NetworkSettings } from './target.ts'

/** The container has 60 s to answer; a stream's first bytes may take as long. */
const answerTimeoutMs = 70_000
const connectTimeoutMs = 5_000
const mostSockets = 50

export const directNetwork: NetworkSettings = { proxyUrl: null, certificateAuthorities: null }

/** @param network certificates and proxy; loopback addresses go past the proxy */
export function createRequestHandler(
  network: NetworkSettings,
  options: { readonly goesThroughProxy?: boolean } = {},
): NodeHttpHandler {
  const trusted = network.certificateAuthorities && {
    ca: [...rootCertificates, network.certificateAuthorities],
  }
  const agentOptions = { keepAlive: true, maxSockets: mostSockets, ...trusted }
  const proxyUrl = options.goesThroughProxy === false ? null : network.proxyUrl
  return createRecordingHandler({
    connectionTimeout: connectTimeoutMs,
    requestTimeout: answerTimeoutMs,
    throwOnRequestTimeout: true,
    httpAgent: proxyUrl ? new HttpProxyAgent(proxyUrl, agentOptions) : new HttpAgent(agentOptions),
    httpsAgent: proxyUrl
      ? new HttpsProxyAgent(proxyUrl, agentOptions)
      : new HttpsAgent(agentOptions),
  })
}
