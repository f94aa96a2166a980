/** Which parameters of a residual block are set to 0, so that its branch gives 0 and the block is its shortcut. */

import type { LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { activations } from '../network/activations.ts'
import type { LayerKind } from '../network/network.ts'
import type { ParameterPlace, Stage } from './stages.ts'

/** When a layer gives 0 once its own parameters are 0: always, or where its input is 0. */
type GivesZero = 'always' | 'at zero'

const leaves = {
  dense: 'always',
  conv: 'always',
  batchNorm: 'always',
  layerNorm: 'always',
  maxPool: 'at zero',
  averagePool: 'at zero',
  globalAveragePool: 'at zero',
  subsample: 'at zero',
  scalarBias: 'at zero',
  scale: 'at zero',
  dropout: 'at zero',
  flatten: 'at zero',
} satisfies Record<Exclude<LayerKind, 'activation' | 'chain' | 'residual' | 'repeat'>, GivesZero>

const zeroed: readonly ParameterRole[] = ['weight', 'bias', 'scale', 'shift']

interface Zeroing {
  readonly places: readonly ParameterPlace[]
  readonly gives: GivesZero
}

/** Of one iteration of a layer; undefined where no parameters do it. */
function zeroingOf(block: LayerBlueprint, iteration: number): Zeroing | undefined {
  const { layer, children, parameters } = block
  switch (layer.kind) {
    case 'chain':
      return zeroingOfLast(children.map((child) => [child, iteration]))
    case 'repeat': {
      const { times } = layer
      return zeroingOfLast(Array.from({ length: times }, (_, index) => [children[0], iteration * times + index]))
    }
    case 'residual':
      return undefined
    case 'activation':
      return activations[layer.function].atZero === '0' ? { places: [], gives: 'at zero' } : undefined
    default: {
      const own = parameters.filter(({ role }) => zeroed.includes(role))
      return { places: own.map((parameter) => ({ parameter, iteration })), gives: leaves[layer.kind] }
    }
  }
}

/** Back from the last one to the first that gives 0 whatever it gets. */
function zeroingOfLast(layers: readonly (readonly [LayerBlueprint, number])[]): Zeroing | undefined {
  const places: ParameterPlace[] = []
  for (const [layer, iteration] of [...layers].reverse()) {
    const zeroing = zeroingOf(layer, iteration)
    if (zeroing === undefined) return undefined
    places.push(...zeroing.places)
    if (zeroing.gives === 'always') return { places, gives: 'always' }
  }
  return { places, gives: 'at zero' }
}

/**
 * A trained multiplier alone, where there is one; otherwise what makes the end of the branch 0, whatever comes before it.
 */
function zeroingOfBranch(residual: LayerBlueprint, iteration: number): readonly ParameterPlace[] | undefined {
  const multiplier = residual.parameters.find(({ role }) => role === 'multiplier')
  if (multiplier) return [{ parameter: multiplier, iteration }]
  const zeroing = zeroingOf(residual.children[0], iteration)
  return zeroing?.gives === 'always' ? zeroing.places : undefined
}

/** Those that are in no other one. */
function outermostResiduals(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.layer.kind === 'residual' ? [layer] : layer.children.flatMap(outermostResiduals)
}

function holds({ parameters, children }: LayerBlueprint, parameter: ParameterBlueprint): boolean {
  return parameters.includes(parameter) || children.some((child) => holds(child, parameter))
}

/**
 * What is set to 0 so that a stage with a skip hands on what its shortcut gives, which is its input where the shortcut is
 * none. Undefined for other stages, and where nothing does it: a branch that ends in a sigmoid, without a trained multiplier.
 */
export function zeroingOfStage(root: LayerBlueprint, stage: Stage): readonly ParameterPlace[] | undefined {
  if (!stage.skips) return undefined
  const places: ParameterPlace[] = []
  for (const residual of outermostResiduals(root)) {
    const times = sizeOf(residual.loops)
    const inside = stage.weights.filter(({ parameter }) => holds(residual, parameter))
    const iterations = inside.map(({ parameter, iteration }) =>
      Math.floor((iteration * times) / sizeOf(parameter.loops)),
    )
    for (const iteration of new Set(iterations)) {
      const zeroing = zeroingOfBranch(residual, iteration)
      if (zeroing === undefined) return undefined
      places.push(...zeroing)
    }
  }
  return places
}
