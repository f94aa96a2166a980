/**
 * The number of directions that the outputs of different samples fill after each stage. The effective rank is exp of
 * the entropy of the normalized singular values of the matrix [samples, width] (Roy & Vetterli 2007, definition 1). The
 * effective rank ranges from 1 to the number of samples or to the width, whichever is smaller.
 */
import { singularValues } from '../numerics/linear-algebra.ts'
import { exp, log } from '../support/numbers.ts'
import type { LayerProbe } from './layer-probe.ts'

export const effectiveRank: LayerProbe = {
  title: 'Effective rank of the outputs',
  scale: 'log',
  when: 'ends',
  needs: { stages: true },
  read: (view) =>
    view.stages.map(({ end }) => {
      const { values, rows, width } = view.output(end)
      return effectiveRankOf(singularValues(values, rows, width))
    }),
}

/** Returns the effective rank of a matrix with the given singular values, or NaN if all singular values are 0. */
function effectiveRankOf(singular: Float64Array): number {
  let sum = 0
  for (const value of singular) sum += value
  if (!(sum > 0)) return Number.NaN
  let entropy = 0
  for (const value of singular) {
    const share = value / sum
    if (share > 0) entropy -= share * log(share)
  }
  return exp(entropy)
}
