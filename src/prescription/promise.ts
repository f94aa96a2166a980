/** The order in which remedies are tried. A small budget tries only the first ones. */
import type { Layer, Network } from '../network/network.ts'
import type { RemedySize } from '../remedies/remedy.ts'

interface Ranked {
  readonly name: string
  readonly size: RemedySize
}

/**
 * Sizes of changes, the most promising one first, for networks without skip connections. Residual links mend most deep
 * networks (He et al. 2016). An activation that keeps inputs apart (Zhang et al. 2022) and normalization come next.
 */
const plainOrder: readonly RemedySize[] = [
  'skip',
  'activation',
  'normalization',
  'start',
  'step',
  'regularization',
  'multiplier',
  'rate',
]

/** The same order for networks that have skip connections: their branches may only have the wrong multiplier. */
const residualOrder: readonly RemedySize[] = [
  'multiplier',
  'normalization',
  'start',
  'step',
  'activation',
  'regularization',
  'skip',
  'rate',
]

/** Returns the remedies in the order in which they should be tried. Equal remedies stay in the order of the table. */
export function byPromise<T extends Ranked>(candidates: readonly T[], network: Network): T[] {
  const order = hasSkips(network) ? residualOrder : plainOrder
  const rankOf = ({ size }: T): number => (order.includes(size) ? order.indexOf(size) : order.length)
  // The best remedy of each size comes before the second one of any size, so that few candidates are different ones.
  const place = (one: T): number => candidates.filter(({ size }) => size === one.size).indexOf(one)
  return candidates.toSorted((one, other) => place(one) - place(other) || rankOf(one) - rankOf(other))
}

/** Whether any layer of the network has a skip connection. */
function hasSkips(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.some(hasSkips)
  return layer.kind === 'residual' || (layer.kind === 'repeat' && hasSkips(layer.block))
}
