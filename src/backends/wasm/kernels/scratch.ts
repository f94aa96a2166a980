/** Scratch memory of a thread's own, for what kernels pack before they compute. */
import { panelWidth, roundUp } from '../../../plan/layout.ts'
import type { Kernel } from '../../../plan/plan.ts'
import { weightGradientScratch } from './dense-weight-gradient.ts'
import { widestTile } from './product.ts'

/** Bytes that a thread needs for the kernel, whose elements have `bytes`. */
export function scratchBytes({ nodes }: Kernel, bytes: number): number {
  const [{ op, inputs }] = nodes
  if (op === 'denseInputGradient') return roundUp(inputs[0].shape[1], panelWidth) * widestTile * bytes
  if (op !== 'denseWeightGradient') return 0
  const [batch, width] = inputs[1].shape
  return weightGradientScratch(width, batch) * bytes
}
