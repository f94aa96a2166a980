/** The network with another hidden activation and the weights that suit it, for the remedies that replace activations. */
import type { ActivationName } from '../network/activations.ts'
import type { Network } from '../network/network.ts'
import type { Nonlinearity } from '../surgery/leaf-places.ts'
import { withHiddenActivation } from '../surgery/replaced-activations.ts'
import { variancePreserving, withInitializers } from '../surgery/with-initializers.ts'

/** Undefined if no hidden activation is replaced. The weights get the variance that keeps the signal, and biases 0. */
export function replaced(
  network: Network,
  name: Exclude<ActivationName, 'leakyRelu'>,
  isReplaced?: (activation: Nonlinearity) => boolean,
): Network | undefined {
  const changed = withHiddenActivation(network, name, isReplaced)
  return changed && (withInitializers(changed, ({ activation }) => variancePreserving(activation)) ?? changed)
}

/** Activations whose derivative goes to 0 for inputs far from 0 on both sides. */
const saturating: ReadonlySet<string> = new Set([
  'sigmoid',
  'tanh',
  'softsign',
  'erf',
  'relu6',
] satisfies ActivationName[])

export const saturates = (activation: Nonlinearity): boolean =>
  activation.kind === 'activation' && saturating.has(activation.function)
