/** Losses: a row has all that belongs to one of them, except for the kernels of its operation. */

export const lossNames = ['cross-entropy', 'squared-error'] as const

export type LossName = (typeof lossNames)[number]

interface Loss {
  /** The operation in the graph. Its outputs are each sample's loss [B] and the gradient of the batch's mean loss [B, O]. */
  readonly op: string
  /** The input of the graph that the operation compares the outputs with: `labels` [B] or `targets` [B, O]. */
  readonly input: 'labels' | 'targets'
  /** Where each sample has a class. With the input `targets`, the values are 1 for the sample's class and 0 elsewhere. */
  readonly classes: {
    /** The loss of a sample of the class `label`; `largest` is the largest of its outputs. */
    readonly score: (outputs: Float64Array, label: number, largest: number) => number
    /** The least mean loss of outputs that are the same for all samples. `shares` are the classes' fractions of the samples. */
    readonly guessing: (shares: Float64Array) => number
    /** Turns a sample's outputs into probabilities, in place; null where the outputs are read as they are. */
    readonly probabilities: ((outputs: Float64Array) => void) | null
  }
  /** Where each output has a value; null for a loss of classes alone. */
  readonly values: {
    /** The loss of one output. A sample's loss is the mean over its outputs. */
    readonly score: (output: number, target: number) => number
    /** The least mean loss of an output that is the same for all samples, which have these targets. */
    readonly guessing: (targets: readonly number[]) => number
  } | null
}

const rows = {
  /** log(sum of exp(outputs)) - outputs[label] */
  'cross-entropy': {
    op: 'softmaxCrossEntropy',
    input: 'labels',
    classes: {
      score: (outputs, label, largest) => {
        let sum = 0
        for (const output of outputs) sum += Math.exp(output - largest)
        return Math.log(sum) + largest - outputs[label]
      },
      guessing: (shares) => shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0),
      probabilities: softmax,
    },
    values: null,
  },
  /** The mean over the outputs of (output - target)^2 */
  'squared-error': {
    op: 'squaredError',
    input: 'targets',
    classes: {
      score: (outputs, label) => {
        let sum = 0
        outputs.forEach((output, index) => {
          sum += (output - (index === label ? 1 : 0)) ** 2
        })
        return sum / outputs.length
      },
      guessing: (shares) => shares.reduce((sum, share) => sum + share * (1 - share), 0) / shares.length,
      probabilities: null,
    },
    values: {
      score: (output, target) => (output - target) ** 2,
      guessing: (targets) => {
        const mean = targets.reduce((sum, target) => sum + target / targets.length, 0)
        return targets.reduce((sum, target) => sum + (target - mean) ** 2 / targets.length, 0)
      },
    },
  },
} as const satisfies Record<LossName, Loss>

export type LossOp = (typeof rows)[LossName]['op']

export const losses: Readonly<Record<LossName, Loss & { readonly op: LossOp }>> = rows

const lossOps: ReadonlySet<string> = new Set(Object.values(losses).map(({ op }) => op))

export const isLossOp = (op: string): op is LossOp => lossOps.has(op)

function softmax(outputs: Float64Array): void {
  let largest = outputs[0]
  for (const output of outputs) if (output > largest) largest = output
  let sum = 0
  outputs.forEach((output, index) => {
    outputs[index] = Math.exp(output - largest)
    sum += outputs[index]
  })
  outputs.forEach((power, index) => {
    outputs[index] = power / sum
  })
}
