/**
 * The stages of a network, in the order from input to output. A stage is a weighted layer together with the layers
 * after it (normalization, activation, pools) up to the next weighted layer, or one iteration of a repeated block.
 */
import type { LayerBlueprint, ParameterBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { iterationName } from '../training/layer-order.ts'

/** A layer in one iteration of the loops around the layer. The iteration of a layer outside of loops is 0. */
export interface LayerPlace {
  readonly layer: LayerBlueprint
  /** Index of the iteration, counted through all loops around the layer. */
  readonly iteration: number
}

/** One tensor of a stacked parameter. */
export interface ParameterPlace {
  readonly parameter: ParameterBlueprint
  readonly iteration: number
}

export interface Stage {
  /**
   * The name of the stage: the path of its first weighted layer or block, with the iterations of its loops, such as
   * `first` or `hidden[12]`.
   */
  readonly name: string
  /** The layer whose output is the output of the stage. */
  readonly end: LayerPlace
  /** The weights of the stage, without biases and scales. */
  readonly weights: readonly ParameterPlace[]
  /** The nonlinear activations of the stage, in order. */
  readonly activations: readonly LayerPlace[]
  /** The batch norms of the stage that are not on shortcuts, in order. */
  readonly normalizations: readonly LayerPlace[]
  /** Whether a skip connection carries the input past the stage, as in a residual block. */
  readonly skips: boolean
  /** The initial multiplier of the branch of a residual block, or 1 for stages that are no residual block. */
  readonly multiplier: number
}

const isWeight = ({ role }: ParameterBlueprint): boolean => role === 'weight'

const hasWeights = ({ parameters, children }: LayerBlueprint): boolean =>
  parameters.some(isWeight) || children.some(hasWeights)

function leavesOf(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.children.length === 0 ? [layer] : layer.children.flatMap(leavesOf)
}

/** Lists the innermost layers inside a layer, without the layers on shortcuts. */
function mainLeavesOf(layer: LayerBlueprint): LayerBlueprint[] {
  const children = layer.layer.kind === 'residual' ? layer.children.slice(0, 1) : layer.children
  return children.length === 0 ? [layer] : children.flatMap(mainLeavesOf)
}

const isActivation = ({ layer }: LayerBlueprint): boolean =>
  layer.kind === 'activation' && layer.function !== 'identity'

/** Lists the layers of a chain, with nested chains flattened. */
function membersOf(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.layer.kind === 'chain' ? layer.children.flatMap(membersOf) : [layer]
}

/** Whether skip connections carry the input past all weighted layers of a block. */
function hasSkip(block: LayerBlueprint): boolean {
  return membersOf(block)
    .filter(hasWeights)
    .every(({ layer }) => layer.kind === 'residual')
}

/**
 * The initial branch multiplier of a block, in one iteration of the innermost loop, or 1 for a block without a skip
 * connection.
 */
function multiplierOf(block: LayerBlueprint, iteration: number): number {
  if (!hasSkip(block)) return 1
  const { layer } = membersOf(block).find(hasWeights) ?? block
  if (layer.kind !== 'residual') return 1
  const { multiplier } = layer
  return typeof multiplier === 'number' ? multiplier : multiplier[iteration % multiplier.length]
}

/**
 * Lists the iterations of a layer that belong to one stage. A layer in a loop inside the stage has more than one
 * iteration.
 */
function placesIn(layer: LayerBlueprint, stage: LayerBlueprint, iteration: number): LayerPlace[] {
  const inner = sizeOf(layer.loops) / sizeOf(stage.loops)
  return Array.from({ length: inner }, (_, index) => ({ layer, iteration: iteration * inner + index }))
}

function createStage(first: LayerBlueprint, members: readonly LayerBlueprint[], iteration: number): Stage {
  const leaves = members.flatMap(leavesOf)
  const places = leaves.flatMap((leaf) => placesIn(leaf, first, iteration))
  return {
    name: iterationName(first.path, first.loops, iteration),
    end: { layer: members[members.length - 1], iteration },
    weights: places.flatMap(({ layer, iteration: own }) =>
      layer.parameters.filter(isWeight).map((parameter) => ({ parameter, iteration: own })),
    ),
    activations: places.filter(({ layer }) => isActivation(layer)),
    normalizations: members
      .flatMap(mainLeavesOf)
      .filter(({ layer }) => layer.kind === 'batchNorm')
      .flatMap((leaf) => placesIn(leaf, first, iteration)),
    skips: hasSkip(first),
    multiplier: multiplierOf(first, iteration),
  }
}

/** Lists the stages from input to output. Layers before the first weighted layer belong to no stage. */
export function stagesOf(root: LayerBlueprint): Stage[] {
  const members = membersOf(root)
  return members.flatMap((member, index): Stage[] => {
    if (!hasWeights(member)) return []
    if (member.layer.kind === 'repeat') {
      const [block] = member.children
      return Array.from({ length: sizeOf(block.loops) }, (_, iteration) => createStage(block, [block], iteration))
    }
    const next = members.findIndex((other, position) => position > index && (hasWeights(other) || isRepeat(other)))
    return [createStage(member, members.slice(index, next < 0 ? undefined : next), 0)]
  })
}

const isRepeat = ({ layer }: LayerBlueprint): boolean => layer.kind === 'repeat'

/** Returns those weights of a stage that training changes. */
export const trainedWeights = ({ weights }: Stage): readonly ParameterPlace[] =>
  weights.filter(({ parameter }) => parameter.trainable)
