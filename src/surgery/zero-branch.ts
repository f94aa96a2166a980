/** Weights that make a residual branch a zero branch, whose output is zero, so that the block passes on its input. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { activations } from '../network/activations.ts'
import type { ResidualLayer } from '../network/network.ts'
import { type Edit, type Impossible, impossible, type LayerVisit, toSet, visitsOf } from './tensors.ts'

/**
 * Makes the branch of a residual a zero branch in one iteration. If the branch has a trained multiplier, the multiplier
 * is set to zero. If the branch has no trained multiplier, its last layer of weights or last norm is set to zero,
 * together with the later layers of the branch. Returns undefined on success, and otherwise the reason why no weights
 * make the branch zero.
 */
export function zeroBranch(edit: Edit, visit: LayerVisit, layer: ResidualLayer): Impossible | undefined {
  const [branch] = visit.blueprint.children
  const zeroed = zeroScaled(edit, visit, layer)
  if (zeroed === 'zero for zero') return impossible(branch, 'the branch has no weights that could make its output zero')
  return zeroed === 'zero' ? undefined : zeroed
}

/**
 * Output of a layer after its weights were set. `zero`: zeros for any input. `zero for zero`: zeros for an input of
 * zeros, if the layer has no weights that could make the output zero.
 */
type ZeroOutput = 'zero' | 'zero for zero' | Impossible

function zeroScaled(edit: Edit, visit: LayerVisit, layer: ResidualLayer): ZeroOutput {
  const { blueprint, index } = visit
  const multiplier = toSet(edit, visit, 'multiplier')?.fill(0)
  const fixed = typeof layer.multiplier === 'number' ? layer.multiplier : layer.multiplier[index[index.length - 1]]
  if (multiplier || (fixed === 0 && !layer.trainedMultiplier)) return 'zero'
  return zeroOutput(edit, blueprint.children[0], index)
}

function zeroOutput(edit: Edit, blueprint: LayerBlueprint, index: readonly number[]): ZeroOutput {
  for (const visit of visitsOf(blueprint, index).reverse()) {
    const zeroed = zeroStep(edit, visit)
    if (zeroed !== 'zero for zero') return zeroed
  }
  return 'zero for zero'
}

function zeroStep(edit: Edit, visit: LayerVisit): ZeroOutput {
  const { layer } = visit
  switch (layer.kind) {
    case 'dense':
    case 'conv':
      toSet(edit, visit, 'weight')?.fill(0)
      toSet(edit, visit, 'bias')?.fill(0)
      return 'zero'
    case 'batchNorm':
    case 'layerNorm':
      toSet(edit, visit, 'scale')?.fill(0)
      toSet(edit, visit, 'shift')?.fill(0)
      return 'zero'
    case 'residual': {
      const added = zeroScaled(edit, visit, layer)
      if (typeof added !== 'string') return added
      const shortcut = visit.blueprint.children.at(1)
      const skipped = shortcut ? zeroOutput(edit, shortcut, visit.index) : 'zero for zero'
      return added === 'zero' ? skipped : typeof skipped === 'string' ? added : skipped
    }
    case 'activation': {
      const { atZero } = activations[layer.function]
      if (atZero === '0') return 'zero for zero'
      return impossible(
        visit.blueprint,
        `${layer.function} gives ${atZero} for 0, so no weights make the output of the branch zero`,
      )
    }
    case 'softmax':
      return impossible(
        visit.blueprint,
        'the outputs of a softmax add up to 1, so no weights make the output of the branch zero',
      )
    case 'scalarBias':
      toSet(edit, visit, 'bias')?.fill(0)
      return 'zero for zero'
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'subsample':
    case 'scale':
    case 'prelu':
    case 'dropout':
    case 'flatten':
      return 'zero for zero'
  }
}
