/** The endpoints that answer with a model: before its weights go. */
import type { Endpoint } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import type { EndpointService } from './endpointService.ts'

export interface ModelEndpoints {
  /** Names of those that applications ask, now or after a roll back. */
  deployedNames(modelUri: string): string[]
  /** @throws AppError ModelDeployed, naming them */
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
  const deployedNames = (modelUri: string) =>
    endpointsOf(modelUri)
      .filter(({ purpose, isRemoving }) => purpose === 'production' && !isRemoving)
      .map(({ name }) => name)
  return {
    deployedNames,
    requireNotDeployed(modelUri) {
      const deployed = deployedNames(modelUri)
      if (deployed.length === 0) return
      const names = deployed.join(', ')
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
