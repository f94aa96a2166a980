/** Weights of the samples of a batch, by the class of each sample. */
import type { InputRows } from '../backends/backend.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Order } from '../data/order.ts'
import type { ClassWeights } from '../settings/class-weights.ts'

/**
 * Returns the weight of each class. The balanced weight of a class is count / (classes * count of the class), as in
 * scikit-learn. `classes` is the number of classes that have samples. A class without samples has the weight 0.
 */
export function weightsOfClasses({ train, classes }: Dataset, weights: ClassWeights): readonly number[] {
  if (weights !== 'balanced') return weights
  const counts = new Array<number>(classes).fill(0)
  for (const label of train.labels) counts[label]++
  const present = counts.filter((count) => count > 0).length
  return counts.map((count) => (count > 0 ? train.count / (present * count) : 0))
}

/** The settings of a training that correct for classes of different sizes. */
interface Corrections {
  readonly classWeights?: ClassWeights
  readonly order: Order
}

/**
 * Returns the note about a training that corrects for the sizes of its classes twice. The list is empty if the training
 * corrects at most once, or if all classes have the same number of samples.
 */
export function balanceNotes(data: Dataset, { classWeights, order }: Corrections): string[] {
  if (classWeights !== 'balanced' || order !== 'balanced') return []
  const weights = weightsOfClasses(data, classWeights).filter((weight) => weight > 0)
  const [least, most] = [weights.reduce((a, b) => Math.min(a, b)), weights.reduce((a, b) => Math.max(a, b))]
  if (least === most) return []
  const times = Number((most / least).toPrecision(2))
  return [
    `The training corrects for the sizes of the classes twice: balanced class weights, and an order that draws every class equally often. So the smallest class counts ${times} times as much as the largest class. Leave the class weights or the balanced order out.`,
  ]
}

/**
 * Writes the weights of a batch. Each weight is divided by the mean weight of the batch. So the mean of the weighted
 * losses is the weighted mean of PyTorch, sum(weight * loss) / sum(weight). If all weights of the batch are 0, the
 * written weights are 0.
 */
export function fillSampleWeights(
  { array, offset }: InputRows,
  indices: Uint32Array,
  labels: ArrayLike<number>,
  weights: readonly number[],
): void {
  let total = 0
  for (const sample of indices) total += weights[labels[sample]]
  const factor = total > 0 ? indices.length / total : 0
  indices.forEach((sample, position) => {
    array[offset + position] = weights[labels[sample]] * factor
  })
}
