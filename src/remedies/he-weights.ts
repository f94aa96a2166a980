/**
 * Weights of the variance that keeps the signal: He et al. (2015) for rectifiers, LeCun et al. (1998) for SELU, and
 * Glorot & Bengio (2010) for other activations.
 */
import { listed } from '../format/words.ts'
import { type RuleName, ruleFor, variancePreserving, withInitializers } from '../surgery/with-initializers.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

const variances: Readonly<Record<RuleName, string>> = {
  he: "He's variance 2/fanIn",
  lecun: "LeCun's variance 1/fanIn",
  glorot: "Glorot's variance 2/(fanIn + fanOut)",
}

export const heWeights: Remedy = {
  size: 'start',
  about: 'draws weights of the variance that keeps the signal and biases of 0, and leaves the layers as they are',
  apply: (task) => {
    const used = new Set<string>()
    const network = withInitializers(task.network, ({ activation }) => {
      used.add(variances[ruleFor(activation)])
      return variancePreserving(activation)
    })
    return withNetwork(task, network, `draw the weights with ${listed([...used])}, and start the biases at 0`)
  },
}
