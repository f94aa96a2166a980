/**
 * Shape inference. One walk through the network finds all shapes. The walk visits the body of each loop only once,
 * because all iterations have the same shapes.
 */
import type { ChainLayer, Layer, Network, RepeatLayer, ResidualLayer } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import { presetData } from '../network/presets.ts'
import { describeValue } from '../support/describe-value.ts'
import type { Blueprint, LayerBlueprint, ParameterBlueprint, ParameterRole, Shape } from './blueprint.ts'
import { count } from './count.ts'
import { type LeafParameter, leafFacts, type NamedVarying } from './leaf-rules.ts'
import { blockPath, branchPath, chainPaths, checkPathsAreUnique, rootPath, shortcutPath } from './paths.ts'
import { sameShape } from './shape.ts'
import { blockShapeError, branchShapeError } from './shape-errors.ts'

/** The place of a layer in the network. */
interface LayerContext {
  readonly path: string
  readonly loops: Shape
  /** Path of the innermost repeat around the layer, for error messages. */
  readonly repeatPath?: string
}

/** PyTorch's names of tensors by role, so that users of PyTorch recognize the tensors of a weights file. */
const tensorNames = {
  weight: 'weight',
  bias: 'bias',
  scale: 'weight',
  shift: 'bias',
  slope: 'weight',
  multiplier: 'multiplier',
  runningMean: 'running_mean',
  runningVariance: 'running_var',
} as const satisfies Record<ParameterRole, string>

/**
 * The blueprint of a network: the network with sizes, for inputs of the shape [features] or [channels, height, width].
 * A dense layer flattens an image in the order [channels, height, width]. Throws a `network` error that names the layer
 * if sizes contradict each other. Throws a `network` error also if the argument `network` is no network, or if the
 * argument `input` is no list of sizes.
 */
export function createBlueprint(network: Network, input: Shape): Blueprint {
  checkNetwork(network)
  const isList = Array.isArray(input)
  if (!isList || input.length === 0 || !input.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw networkError(
      'input',
      'positive whole sizes',
      isList ? `[${input.map(describeValue).join(', ')}]` : describeValue(input),
      'Give [features] or [channels, height, width].',
    )
  }
  const root = infer(network, input, { path: rootPath(network), loops: [] })
  checkPathsAreUnique(root)
  const blueprint = { network, input, output: root.output, root, parameters: collectParameters(root, []) }
  // `count` refuses a network that is too large for a memory plan. Without the call of `count`, a plan for such a
  // network would fail only after minutes.
  count(blueprint)
  return blueprint
}

/**
 * Refuses an argument that is no network, for example the name of a preset. Callers in plain JavaScript have no
 * compiler that checks types.
 */
function checkNetwork(network: unknown): void {
  if (typeof network === 'object' && network !== null && 'kind' in network) return
  const preset = typeof network === 'string' ? presetData(network) : undefined
  const remedy =
    preset === undefined
      ? "Build a network with chain(...), or from a preset with parseNetwork('mlp:depth=4', { classes: 10 })."
      : `Build the network with parseNetwork('${network}', { classes: ${preset.classes} }).`
  throw networkError('network', 'a network', describeValue(network), remedy)
}

function collectParameters(layer: LayerBlueprint, found: ParameterBlueprint[]): ParameterBlueprint[] {
  found.push(...layer.parameters)
  for (const child of layer.children) collectParameters(child, found)
  return found
}

function infer(layer: Layer, input: Shape, place: LayerContext): LayerBlueprint {
  if (layer.kind === 'chain') return inferChain(layer, input, place)
  if (layer.kind === 'residual') return inferResidual(layer, input, place)
  if (layer.kind === 'repeat') return inferRepeat(layer, input, place)
  const { output, parameters, varying } = leafFacts(layer, input, place.path)
  for (const value of varying) checkVarying(value, place)
  const { path, loops } = place
  return { path, layer, input, output, loops, parameters: parameters.map((one) => placed(one, place)), children: [] }
}

function inferChain(layer: ChainLayer, input: Shape, place: LayerContext): LayerBlueprint {
  const paths = chainPaths(layer, place.path)
  const children: LayerBlueprint[] = []
  let output = input
  for (const [index, member] of layer.layers.entries()) {
    const child = infer(member, output, { ...place, path: paths[index] })
    children.push(child)
    output = child.output
  }
  return { path: place.path, layer, input, output, loops: place.loops, parameters: [], children }
}

function inferResidual(layer: ResidualLayer, input: Shape, place: LayerContext): LayerBlueprint {
  checkVarying(['multiplier', layer.multiplier], place)
  const branch = infer(layer.branch, input, { ...place, path: branchPath(layer, place.path) })
  const shortcut =
    layer.shortcut && infer(layer.shortcut, input, { ...place, path: shortcutPath(layer.shortcut, place.path) })
  const children = shortcut === undefined ? [branch] : [branch, shortcut]
  const sum = shortcut?.output ?? input
  if (!sameShape(branch.output, sum)) throw branchShapeError(branch, input, shortcut)
  const parameters = layer.trainedMultiplier ? [placed(multiplierOf(layer, place), place)] : []
  return { path: place.path, layer, input, output: sum, loops: place.loops, parameters, children }
}

/** The parameter of a trained multiplier, which starts at the same value in all iterations. */
function multiplierOf({ multiplier }: ResidualLayer, { path }: LayerContext): LeafParameter {
  if (typeof multiplier === 'number') {
    return { role: 'multiplier', shape: [], fanIn: 1, fanOut: 1, start: multiplier }
  }
  const remedy = 'Give one number as the initial multiplier, or leave trainedMultiplier out.'
  throw networkError(path, 'one number for a trained multiplier', `a list of ${multiplier.length}`, remedy)
}

/**
 * Largest number of nested repeats. A memory plan walks through four iterations of each loop, so six nested repeats
 * make 4^6 = 4,096 iterations.
 */
const deepestRepeats = 6

function inferRepeat(layer: RepeatLayer, input: Shape, place: LayerContext): LayerBlueprint {
  if (place.loops.length >= deepestRepeats) {
    const remedy = 'Merge two of the repeats into one, with the product of their iteration counts.'
    throw networkError(place.path, `at most ${deepestRepeats} levels of nested repeats`, 'more', remedy)
  }
  const inner = { path: blockPath(layer, place.path), loops: [...place.loops, layer.times], repeatPath: place.path }
  const block = infer(layer.block, input, inner)
  if (!sameShape(block.output, input)) throw blockShapeError(block, input)
  const { path, loops } = place
  return { path, layer, input, output: input, loops, parameters: [], children: [block] }
}

function placed(parameter: LeafParameter, { path, loops }: LayerContext): ParameterBlueprint {
  return {
    ...parameter,
    name: `${path}.${tensorNames[parameter.role]}`,
    shape: [...loops, ...parameter.shape],
    loops,
    trainable: parameter.trainable ?? true,
  }
}

function checkVarying([name, value]: NamedVarying, { path, loops, repeatPath }: LayerContext): void {
  if (typeof value === 'number') return
  const found = `a list of ${value.length}`
  const times = loops.at(-1)
  if (times === undefined) {
    throw networkError(path, `one number for ${name}`, found, 'Only a layer inside a repeat can have a list.')
  }
  if (value.length !== times) {
    const expected = `${times} values of ${name}, one for each iteration of ${repeatPath || 'the repeat'}`
    throw networkError(path, expected, found, `Give one number or a list of ${times} numbers.`)
  }
}
