/** Finds the parameters of a residual block that make its branch 0, so the block passes on only its shortcut. */
import type { LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { activations } from '../network/activations.ts'
import type { LayerKind } from '../network/network.ts'
import type { ParameterPlace, Stage } from './stages.ts'

/** Condition under which a layer whose parameters are all 0 outputs 0: for any input, or only for an input of 0. */
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
  prelu: 'at zero',
  dropout: 'at zero',
  flatten: 'at zero',
} satisfies Record<Exclude<LayerKind, 'activation' | 'softmax' | 'chain' | 'residual' | 'repeat'>, GivesZero>

const zeroed: readonly ParameterRole[] = ['weight', 'bias', 'scale', 'shift']

interface Zeroing {
  readonly places: readonly ParameterPlace[]
  readonly gives: GivesZero
}

/**
 * The parameters that must be 0 so that one iteration of a layer outputs 0, or undefined if no such parameters exist.
 */
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
    case 'softmax':
      return undefined
    case 'activation':
      return activations[layer.function].atZero === '0' ? { places: [], gives: 'at zero' } : undefined
    default: {
      const own = parameters.filter(({ role }) => zeroed.includes(role))
      return { places: own.map((parameter) => ({ parameter, iteration })), gives: leaves[layer.kind] }
    }
  }
}

/**
 * The parameters that must be 0 so that a chain outputs 0, from the last layer back to a layer that outputs 0 for any
 * input.
 */
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
 * The parameters that must be 0 so that a residual branch outputs 0 for any input. If the branch has a trained
 * multiplier, only the multiplier must be 0. If not, the parameters at the end of the branch must be 0.
 */
function zeroingOfBranch(residual: LayerBlueprint, iteration: number): readonly ParameterPlace[] | undefined {
  const multiplier = residual.parameters.find(({ role }) => role === 'multiplier')
  if (multiplier) return [{ parameter: multiplier, iteration }]
  const zeroing = zeroingOf(residual.children[0], iteration)
  return zeroing?.gives === 'always' ? zeroing.places : undefined
}

/** The residual layers that are not inside another residual layer. */
function outermostResiduals(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.layer.kind === 'residual' ? [layer] : layer.children.flatMap(outermostResiduals)
}

function holds({ parameters, children }: LayerBlueprint, parameter: ParameterBlueprint): boolean {
  return parameters.includes(parameter) || children.some((child) => holds(child, parameter))
}

/**
 * The parameters to set to 0 so that a stage with a skip connection outputs only its shortcut. A shortcut without
 * layers passes on the input of the stage. The result is undefined for stages without a skip connection, and if no
 * choice of parameters makes the branch 0. For example, a branch that ends in a sigmoid cannot become 0 without a
 * trained multiplier.
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
