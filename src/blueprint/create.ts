/** Shape inference: walks the network once, whatever its loop counts are. */
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

/** Where a layer stands. */
interface LayerContext {
  readonly path: string
  readonly loops: Shape
  /** The innermost repeat's path, for errors. */
  readonly repeatPath?: string
}

/** As PyTorch calls them, so that its users find their way in a weights file. */
const tensorNames = {
  weight: 'weight',
  bias: 'bias',
  scale: 'weight',
  shift: 'bias',
  multiplier: 'multiplier',
  runningMean: 'running_mean',
  runningVariance: 'running_var',
} as const satisfies Record<ParameterRole, string>

/**
 * The network with sizes, for inputs of the shape [features] or [channels, height, width]. A dense layer flattens its
 * input in that order. Throws an IsobathError `network` that names the layer where the sizes contradict each other, or says
 * how to make a network of a name.
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
  // A size that can't be counted can't be planned either, and planning would not say so for minutes.
  count(blueprint)
  return blueprint
}

/** A name is no network yet; callers in plain JavaScript have no compiler to tell them. */
function checkNetwork(network: unknown): void {
  if (typeof network === 'object' && network !== null && 'kind' in network) return
  const preset = typeof network === 'string' ? presetData(network) : undefined
  const remedy =
    preset === undefined
      ? "Build it with chain(...), or make one from its name: parseNetwork('mlp:depth=4', { classes: 10 })."
      : `Make it with parseNetwork('${network}', { classes: ${preset.classes} }).`
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

/** A trained multiplier starts at one value for all iterations. */
function multiplierOf({ multiplier }: ResidualLayer, { path }: LayerContext): LeafParameter {
  if (typeof multiplier === 'number') {
    return { role: 'multiplier', shape: [], fanIn: 1, fanOut: 1, start: multiplier }
  }
  const remedy = 'Give one number that it starts at, or leave trainedMultiplier out.'
  throw networkError(path, 'one multiplier where it is trained', `a list of ${multiplier.length}`, remedy)
}

/** Plans walk through four iterations of each loop around a layer: 4,096 at this depth. */
const deepestRepeats = 6

function inferRepeat(layer: RepeatLayer, input: Shape, place: LayerContext): LayerBlueprint {
  if (place.loops.length >= deepestRepeats) {
    const remedy = 'Make one repeat of two, with the product of their times.'
    throw networkError(place.path, `at most ${deepestRepeats} repeats within each other`, 'more', remedy)
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
    throw networkError(path, `one number for ${name}`, found, 'Lists belong to layers inside a repeat.')
  }
  if (value.length !== times) {
    const expected = `${times} values of ${name}, one for each iteration of ${repeatPath || 'the repeat'}`
    throw networkError(path, expected, found, 'Give one number or a list of that length.')
  }
}
