/** Sizes of the scratch memory of one thread, in which kernels pack their operands before they compute. */
import type { OpName } from '../../../graph/ops.ts'
import { panelWidth, roundUp } from '../plan/layout.ts'
import type { Kernel } from '../plan/plan.ts'
import { convScratch } from './conv.ts'
import { convWeightGradientScratch } from './conv-weight-gradient.ts'
import { weightGradientScratch } from './dense-weight-gradient.ts'
import { widestTile } from './product.ts'
import { winogradConvScratch } from './winograd/conv.ts'
import { winogradWeightGradientScratch } from './winograd/weight-gradient.ts'

type ScratchRow = (kernel: Kernel, elementBytes: number) => number

const ofConvolution: ScratchRow = (kernel, bytes) =>
  kernel.algorithm === 'direct' ? convScratch(kernel, bytes) : winogradConvScratch(kernel, bytes)

const rows: Partial<Record<OpName, ScratchRow>> = {
  denseInputGradient: ({ nodes: [{ inputs }] }, bytes) => roundUp(inputs[0].shape[1], panelWidth) * widestTile * bytes,
  denseWeightGradient: ({ nodes: [{ inputs }] }, bytes) => {
    const [batch, width] = inputs[1].shape
    return weightGradientScratch(width, batch) * bytes
  },
  conv: ofConvolution,
  convInputGradient: ofConvolution,
  convWeightGradient: (kernel, bytes) =>
    kernel.algorithm === 'direct'
      ? convWeightGradientScratch(kernel, bytes)
      : winogradWeightGradientScratch(kernel, bytes),
}

/**
 * Size of the scratch memory that a thread needs for a kernel, in bytes. The argument `elementBytes` is the size of one
 * element.
 */
export function scratchBytes(kernel: Kernel, elementBytes: number): number {
  return rows[kernel.nodes[0].op]?.(kernel, elementBytes) ?? 0
}
