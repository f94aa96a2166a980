/** The order in which remedies are tried. A small budget tries only the first ones. */
import type { Layer, Network } from '../network/network.ts'
import { type RemedySize, remedySizes } from '../remedies/remedy.ts'

interface Ranked {
  readonly name: string
  readonly size: RemedySize
}

/**
 * The order for networks without skip connections. Residual links mend most deep networks (He et al. 2016). A slope that
 * keeps inputs apart (Zhang et al. 2022) and normalization come next. Then one remedy of each other kind follows, before
 * the second remedy of any kind.
 */
const plainOrder: readonly string[] = [
  'residual links',
  'leaky slope by depth',
  'batch normalization',
  'rescaled weights',
  'no regularization',
  'ReLU',
  'critical tanh',
  'He weights',
  'residual links from zero',
  'orthogonal weights',
  'layer normalization',
  'SELU',
  'critical weights',
  'warm-up',
  'clipped gradients',
  'leaky units',
]

/** The order for networks with skip connections, whose branches may only have the wrong multiplier. */
const residualOrder: readonly string[] = [
  'multiplier 1/L',
  'batch normalization',
  'rescaled weights',
  'no regularization',
  'zero multiplier',
  'multiplier 1/sqrt(L)',
  'He weights',
  'ReLU',
  'warm-up',
  'clipped gradients',
  'layer normalization',
  'leaky units',
]

/** Remedies against overfitting. They come last, because they seldom lower the training error. */
const hinderTraining: ReadonlySet<string> = new Set(['weight decay', 'dropout', 'augmentation'])

/** Returns the remedies in the order in which they should be tried. A remedy without a place is ranked by its size. */
export function byPromise<T extends Ranked>(candidates: readonly T[], network: Network): T[] {
  const order = hasSkips(network) ? residualOrder : plainOrder
  const rankOf = ({ name, size }: T): number => {
    if (order.includes(name)) return order.indexOf(name)
    return order.length + (hinderTraining.has(name) ? remedySizes.length : remedySizes.indexOf(size))
  }
  return candidates.toSorted((one, other) => rankOf(one) - rankOf(other))
}

/** Whether any layer of the network has a skip connection. */
function hasSkips(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.some(hasSkips)
  return layer.kind === 'residual' || (layer.kind === 'repeat' && hasSkips(layer.block))
}
