/**
 * What counts as a layer when a network is looked at from input to output: each weighted layer with what follows it up to the
 * next one (normalization, activation, pools), and each iteration of a repeated block.
 */
import type { LayerBlueprint, ParameterBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { iterationName } from '../training/layer-order.ts'

/** One iteration of a layer in loops; 0 outside of them. */
export interface LayerPlace {
  readonly layer: LayerBlueprint
  /** Of all loops around the layer, counted through. */
  readonly iteration: number
}

/** A tensor of a stacked parameter. */
export interface ParameterPlace {
  readonly parameter: ParameterBlueprint
  readonly iteration: number
}

export interface Stage {
  /** `first`, `hidden[12]`: the path of its first weighted layer or block, with the iterations of the loops around it. */
  readonly name: string
  /** Whose output is the stage's output. */
  readonly end: LayerPlace
  /** The weights in it, biases and scales left out. */
  readonly weights: readonly ParameterPlace[]
  /** The nonlinear activations in it, in their order. */
  readonly activations: readonly LayerPlace[]
  /** The batch norms in it, in their order, those on shortcuts left out. */
  readonly normalizations: readonly LayerPlace[]
  /** Whether its input is carried past it: a residual block. */
  readonly skips: boolean
  /** What its branch is multiplied by at the start, where it is a residual block; else 1. */
  readonly multiplier: number
}

const isWeight = ({ role }: ParameterBlueprint): boolean => role === 'weight'

const hasWeights = ({ parameters, children }: LayerBlueprint): boolean =>
  parameters.some(isWeight) || children.some(hasWeights)

function leavesOf(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.children.length === 0 ? [layer] : layer.children.flatMap(leavesOf)
}

/** As `leavesOf`, without the layers on shortcuts. */
function mainLeavesOf(layer: LayerBlueprint): LayerBlueprint[] {
  const children = layer.layer.kind === 'residual' ? layer.children.slice(0, 1) : layer.children
  return children.length === 0 ? [layer] : children.flatMap(mainLeavesOf)
}

const isActivation = ({ layer }: LayerBlueprint): boolean =>
  layer.kind === 'activation' && layer.function !== 'identity'

/** The members of a chain and of the chains in it. */
function membersOf(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.layer.kind === 'chain' ? layer.children.flatMap(membersOf) : [layer]
}

/** The block's skip goes past all of it, or past all but what has no weights. */
function hasSkip(block: LayerBlueprint): boolean {
  return membersOf(block)
    .filter(hasWeights)
    .every(({ layer }) => layer.kind === 'residual')
}

/** In its last loop's iteration, where it differs from one to the next. */
function multiplierOf(block: LayerBlueprint, iteration: number): number {
  if (!hasSkip(block)) return 1
  const { layer } = membersOf(block).find(hasWeights) ?? block
  if (layer.kind !== 'residual') return 1
  const { multiplier } = layer
  return typeof multiplier === 'number' ? multiplier : multiplier[iteration % multiplier.length]
}

/** The iterations of one run through a layer inside a stage: one, but for loops that are inside the stage. */
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

/** In the order in which the signal passes; layers before the first weighted one belong to none. */
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

/** Those of a stage's weights that training changes. */
export const trainedWeights = ({ weights }: Stage): readonly ParameterPlace[] =>
  weights.filter(({ parameter }) => parameter.trainable)
