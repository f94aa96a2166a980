/** Facts about the layers of a network: no nonlinearity between weighted layers, and norms over a single value. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { taskOf } from '../data/dataset.ts'
import { counted } from '../format/words.ts'
import type { LayerKind } from '../network/network.ts'
import type { Found } from './fact.ts'
import type { Look } from './look.ts'

/** What a layer does to a signal on its way from the input to the output. */
type Effect = 'mixes' | 'stays linear' | 'bends' | 'holds layers'

const effects: Readonly<Record<LayerKind, Effect>> = {
  dense: 'mixes',
  conv: 'mixes',
  maxPool: 'bends',
  averagePool: 'stays linear',
  globalAveragePool: 'stays linear',
  subsample: 'stays linear',
  scalarBias: 'stays linear',
  scale: 'stays linear',
  activation: 'bends',
  prelu: 'bends',
  softmax: 'bends',
  dropout: 'stays linear',
  layerNorm: 'bends',
  // After the training, batch normalization is a fixed linear map of each unit.
  batchNorm: 'stays linear',
  flatten: 'stays linear',
  chain: 'holds layers',
  residual: 'holds layers',
  repeat: 'holds layers',
}

/** A layer with weights on the way from the input to the output, or a layer that bends the signal. */
type Step =
  | { readonly kind: 'bends' }
  | {
      readonly kind: 'mixes'
      readonly path: string
      /** Number of values that the layer reads. */
      readonly from: number
      /** Number of values that the layer gives. */
      readonly to: number
    }

const bends: Step = { kind: 'bends' }

function stepsOf({ path, layer, input, output, children }: LayerBlueprint): Step[] {
  if (layer.kind === 'repeat') {
    // The second copy shows how the end of the block meets its own start.
    const block = children.flatMap(stepsOf)
    return layer.times > 1 ? [...block, ...block] : block
  }
  if (layer.kind === 'residual') {
    const branch = children.slice(0, 1).flatMap(stepsOf)
    return branch.some(({ kind }) => kind === 'bends') ? [bends] : branch
  }
  const effect = layer.kind === 'activation' && layer.function === 'identity' ? 'stays linear' : effects[layer.kind]
  if (effect === 'holds layers') return children.flatMap(stepsOf)
  if (effect === 'stays linear') return []
  if (effect === 'bends') return [bends]
  return [{ kind: 'mixes', path, from: sizeOf(input), to: sizeOf(output) }]
}

/**
 * The fact that no nonlinearity lies between weighted layers. A bottleneck limits the rank of the linear map, so a
 * layer with fewer outputs than its own inputs and than the outputs of the next layer is left out. A network without
 * any nonlinearity is told in any case, except for an autoencoder, which then computes principal components.
 */
export function noNonlinearity({ blueprint, data }: Look): Found | undefined {
  const steps = stepsOf(blueprint.root)
  const mixing = steps.filter((step) => step.kind === 'mixes')
  const pairs = steps.flatMap((step, at): (readonly [string, string])[] => {
    const next = steps[at + 1]
    if (step.kind !== 'mixes' || next?.kind !== 'mixes' || step.to < Math.min(step.from, next.to)) return []
    return [[step.path, next.path]]
  })
  const inside = steps.slice(steps.indexOf(mixing[0]), steps.lastIndexOf(mixing[mixing.length - 1]))
  const isLinear = mixing.length > 1 && inside.every(({ kind }) => kind === 'mixes')
  if (isLinear && (pairs.length > 0 || taskOf(data) !== 'autoencoding')) {
    return {
      sentence: `No nonlinearity lies between the weighted layers, from ${mixing[0].path} to ${mixing[mixing.length - 1].path}. So the network is a single linear map of its inputs, as a network with one layer is.`,
      remedy: 'Put an activation such as relu after each weighted layer but the last.',
    }
  }
  if (pairs.length === 0) return undefined
  const [[one, other]] = pairs
  const same = one === other ? `the iterations of ${one}` : `the layers ${one} and ${other}`
  const more = pairs.length > 1 ? ` The network has ${counted(pairs.length, 'such pair')} of layers.` : ''
  return {
    sentence: `No nonlinearity lies between ${same}, so together they are a single linear map, as one layer is.${more}`,
    remedy: `Put an activation such as relu between ${same}.`,
  }
}

/** All layers of a kind in a network, with the layers within repeats, branches and shortcuts. */
function layersOf(blueprint: LayerBlueprint, kind: LayerKind): LayerBlueprint[] {
  const own = blueprint.layer.kind === kind ? [blueprint] : []
  return [...own, ...blueprint.children.flatMap((child) => layersOf(child, kind))]
}

/** The fact that a layer norm normalizes a single feature, which makes the layer's output constant. */
export function normOfOne({ blueprint }: Look): Found | undefined {
  const single = layersOf(blueprint.root, 'layerNorm').filter(({ input }) => sizeOf(input) === 1)
  if (single.length === 0) return undefined
  const [{ path }] = single
  const sentence = `The layer norm ${path} normalizes a single feature. A single feature minus its own mean is 0, so no information about the sample passes this layer.`
  return { sentence, remedy: 'Leave the layer norm out, or take a wider layer before the norm.' }
}

/** The fact that a batch norm sees a batch of one value, which makes the layer's output constant in the training. */
export function batchNormAlone({ blueprint, data, settings: { batch } }: Look): Found | undefined {
  if (batch !== 1) return undefined
  // The mean over height and width of an image has more than one value.
  const alone = layersOf(blueprint.root, 'batchNorm').filter(({ input }) => sizeOf(input.slice(1)) === 1)
  if (alone.length === 0) return undefined
  const [{ path }] = alone
  const sentence = `The batch norm ${path} sees batches of 1 sample. A single value minus the mean of its batch is 0, so no information about the sample passes this layer in the training.`
  if (data.train.count < 2) return { sentence, remedy: 'Take a layer norm, or more training samples.' }
  return {
    sentence,
    remedy: 'Take batches of several samples, or a layer norm.',
    change: { batch: Math.min(32, data.train.count) },
  }
}
