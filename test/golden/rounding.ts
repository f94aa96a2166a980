/** Compares the float32 error of gradients in Isobath and in PyTorch. */
import { type Golden, norm, type Tensors } from './golden.ts'

export interface Rounding {
  /** Relative error of Isobath's float32 gradients, all tensors taken as one vector, as the median over the batches. */
  readonly ours: number
  /** Relative error of PyTorch's float32 gradients, all tensors taken as one vector, as the median over the batches. */
  readonly theirs: number
  /**
   * Text with the error of each batch, and with the tensors whose errors are the largest multiples of PyTorch's errors.
   */
  readonly report: string
}

/**
 * Compares the float32 error of Isobath's gradients on several batches with the float32 error of PyTorch's gradients.
 */
export function compareRounding(exact: readonly Tensors[], rounded: readonly Tensors[], golden: Golden): Rounding {
  const errors = rounded.map((gradients, index) => differenceNorms(gradients, exact[index]))
  const ours = relativeErrors(exact, rounded)
  const theirs = golden.float32GradientErrors
  const ratios = Object.entries(golden.float32TensorErrors)
    .filter(([, error]) => error > 0)
    .map(([name, error]) => ({ name, ratio: median(errors.map((each) => each.get(name) ?? Number.NaN)) / error }))
    .toSorted((one, other) => other.ratio - one.ratio)
  const inWords = (list: readonly number[]): string => list.map((error) => error.toExponential(1)).join(' ')
  const worst = ratios.slice(0, 8).map(({ name, ratio }) => `${name} ${ratio.toFixed(1)}`)
  const report = `errors in Isobath ${inWords(ours)}, errors in PyTorch ${inWords(theirs)}; worst tensors: ${worst.join(', ')}`
  return { ours: median(ours), theirs: median(theirs), report }
}

/**
 * Returns the relative error of all tensors, taken as one vector, as a median over batches. Batches in which the input
 * of a ReLU was rounded to the other side of 0 are left out. Rounding to the other side of 0 moves a gradient far more
 * than other rounding does. The median covers the batches whose errors are at most ten times the smallest error.
 */
export function roundingError(exact: readonly Tensors[], rounded: readonly Tensors[]): number {
  const errors = relativeErrors(exact, rounded)
  const least = Math.min(...errors)
  return median(errors.filter((error) => error <= 10 * least))
}

const relativeErrors = (exact: readonly Tensors[], rounded: readonly Tensors[]): number[] =>
  rounded.map(
    (gradients, index) =>
      norm([...differenceNorms(gradients, exact[index]).values()]) / norm([...exact[index].values()].map(norm)),
  )

/** Returns the norm of the difference for each tensor. */
function differenceNorms(values: Tensors, exact: Tensors): Map<string, number> {
  return new Map(
    [...exact].map(([name, tensor]) => {
      const other = values.get(name)
      if (other?.length !== tensor.length) throw new Error(`${name} has no counterpart`)
      return [name, norm(tensor.map((value, index) => other[index] - value))]
    }),
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2
}
