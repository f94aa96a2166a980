/** What float32 does to gradients, here and in PyTorch. */
import { type Golden, norm, type Tensors } from './golden.ts'

export interface Rounding {
  /** The norm of the difference of all tensors as one, over their norm: the median of the batches. */
  readonly ours: number
  readonly theirs: number
  /** The error in each batch, and the tensors whose own errors are the largest multiples of PyTorch's. */
  readonly report: string
}

/** The gradients of some batches in float64 and in float32, ours against PyTorch's. */
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
  const report = `errors here ${inWords(ours)}, in PyTorch ${inWords(theirs)}; worst tensors: ${worst.join(', ')}`
  return { ours: median(ours), theirs: median(theirs), report }
}

/**
 * The relative error of all tensors as one: the median of the batches in which no ReLU's input was rounded over 0, which
 * moves a gradient by far more than rounding does. Those are within ten times of the least.
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

/** Of each tensor, the norm of the difference. */
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
