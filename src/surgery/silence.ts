/** Weights that make a residual branch give zeros, so that its block hands on what it gets. */

import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { activations } from '../network/activations.ts'
import type { ResidualLayer } from '../network/network.ts'
import { type Draft, type Impossible, impossible, type Step, stepsOf, toSet } from './tensors.ts'

/**
 * Sets to zero, in one iteration, the trained multiplier of a residual's branch; or else the branch's last layer of
 * weights or last norm, with what stands behind it.
 */
export function silenceBranch(draft: Draft, step: Step, layer: ResidualLayer): Impossible | undefined {
  const [branch] = step.blueprint.children
  const silenced = silenceScaled(draft, step, layer)
  if (silenced === 'zero for zero') return impossible(branch, 'has no weights by which it could be made zero')
  return silenced === 'zero' ? undefined : silenced
}

/** What a layer gives once its weights are set: zeros whatever it gets, or zeros for zeros, having none to set. */
type Silenced = 'zero' | 'zero for zero' | Impossible

function silenceScaled(draft: Draft, step: Step, layer: ResidualLayer): Silenced {
  const { blueprint, index } = step
  const multiplier = toSet(draft, step, 'multiplier')?.fill(0)
  const fixed = typeof layer.multiplier === 'number' ? layer.multiplier : layer.multiplier[index[index.length - 1]]
  if (multiplier || (fixed === 0 && !layer.trainedMultiplier)) return 'zero'
  return silence(draft, blueprint.children[0], index)
}

function silence(draft: Draft, blueprint: LayerBlueprint, index: readonly number[]): Silenced {
  for (const step of stepsOf(blueprint, index).reverse()) {
    const silenced = silenceStep(draft, step)
    if (silenced !== 'zero for zero') return silenced
  }
  return 'zero for zero'
}

function silenceStep(draft: Draft, step: Step): Silenced {
  const { layer } = step
  switch (layer.kind) {
    case 'dense':
    case 'conv':
      toSet(draft, step, 'weight')?.fill(0)
      toSet(draft, step, 'bias')?.fill(0)
      return 'zero'
    case 'batchNorm':
    case 'layerNorm':
      toSet(draft, step, 'scale')?.fill(0)
      toSet(draft, step, 'shift')?.fill(0)
      return 'zero'
    case 'residual': {
      const added = silenceScaled(draft, step, layer)
      if (typeof added !== 'string') return added
      const shortcut = step.blueprint.children.at(1)
      const skipped = shortcut ? silence(draft, shortcut, step.index) : 'zero for zero'
      return added === 'zero' ? skipped : typeof skipped === 'string' ? added : skipped
    }
    case 'activation': {
      const { atZero } = activations[layer.function]
      if (atZero === '0') return 'zero for zero'
      return impossible(
        step.blueprint,
        `${layer.function} gives ${atZero} for 0, so that its branch can't be made zero`,
      )
    }
    case 'scalarBias':
      toSet(draft, step, 'bias')?.fill(0)
      return 'zero for zero'
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'subsample':
    case 'scale':
    case 'dropout':
    case 'flatten':
      return 'zero for zero'
  }
}
