/** Makes the changed trainings of remedies. */
import { createBlueprint } from '../blueprint/create.ts'
import { sameShape } from '../blueprint/shape.ts'
import type { Network } from '../network/network.ts'
import { resolveLayerRates } from '../settings/layer-rates.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { orUndefined } from '../support/errors.ts'
import type { Treatable, Treatment } from './remedy.ts'

/**
 * Returns the training with another network. Undefined without another network, or if the other network does not fit the
 * data or has other outputs. A rate of a layer that the other network lacks is left out.
 */
export function withNetwork(
  { network, data, settings }: Treatable,
  changed: Network | undefined,
  words: string,
): Treatment | undefined {
  const blueprint = changed && orUndefined(() => createBlueprint(changed, data.shape))
  if (blueprint === undefined) return undefined
  if (!sameShape(blueprint.output, createBlueprint(network, data.shape).output)) return undefined
  const rates = Object.entries(settings.layerRates)
  const known = rates.filter(([path, factors]) => orUndefined(() => resolveLayerRates(blueprint, { [path]: factors })))
  const isSame = known.length === rates.length
  const own = isSame ? settings : { ...settings, layerRates: Object.fromEntries(known) }
  return { network: blueprint.network, settings: own, words }
}

/** Returns the training with other settings. */
export const withSettings = (
  { network, settings }: Treatable,
  changed: Partial<TrainingSettings>,
  words: string,
): Treatment => ({ network, settings: { ...settings, ...changed }, words })
