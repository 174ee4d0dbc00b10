/** The endpoints that answer with a model: before its weights go. */
import type { Endpoint } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import type { EndpointService } from './endpointService.ts'

export interface ModelEndpoints {
  /** @throws AppError ModelDeployed, naming those that applications ask, now or after a roll back */
  requireNotDeployed(modelUri: string): void
  /** Takes them away, or of them those for this purpose; until they are gone. */
  removeEndpoints(modelUri: string, purpose?: Endpoint['purpose']): Promise<void>
}

export function createModelEndpoints(endpoints: EndpointService): ModelEndpoints {
  const endpointsOf = (modelUri: string) =>
    endpoints
      .state()
      .endpoints.filter(
        ({ status, revisions }) =>
          status !== 'Gone' &&
          revisions.some(({ variants }) =>
            variants.some((variant) => variant.modelUri === modelUri),
          ),
      )
  return {
    requireNotDeployed(modelUri) {
      const deployed = endpointsOf(modelUri).filter(
        ({ purpose, isRemoving }) => purpose === 'production' && !isRemoving,
      )
      if (deployed.length === 0) return
      const names = deployed.map(({ name }) => name).join(', ')
      throw new AppError('ModelDeployed', `${names} answer with this model`, {
        details: { names },
      })
    },
    async removeEndpoints(modelUri, purpose) {
      for (const endpoint of endpointsOf(modelUri)) {
        if (purpose !== undefined && endpoint.purpose !== purpose) continue
        await endpoints.remove(endpoint.name)
        await endpoints.removed(endpoint.name)
      }
    },
  }
}
