/**
 * The table of losses. A row of the table holds all functions of one loss, except the kernels of the loss operation.
 */

/** Names of the losses. */
export const lossNames = ['cross-entropy', 'squared-error'] as const

export type LossName = (typeof lossNames)[number]

interface Loss {
  /**
   * Name of the loss operation in the graph. The operation's outputs are the loss of each sample [B] and the gradient
   * of the batch's mean loss [B, O].
   */
  readonly op: string
  /** Name of the graph input that the network's outputs are compared with: `labels` [B] or `targets` [B, O]. */
  readonly input: 'labels' | 'targets'
  /**
   * Functions for samples that have a class. With the input `targets`, a sample's targets are 1 for the sample's class
   * and 0 for all other classes.
   */
  readonly classes: {
    /** Returns the loss of a sample of the class `label`. `largest` is the largest output for the sample. */
    readonly score: (outputs: Float64Array, label: number, largest: number) => number
    /**
     * Returns the smallest mean loss that outputs can reach if the outputs are equal for all samples. `shares` lists
     * the fraction of the samples in each class.
     */
    readonly guessing: (shares: Float64Array) => number
    /**
     * Turns the outputs for a sample into probabilities, in place, or is null for a loss whose outputs are used
     * unchanged.
     */
    readonly probabilities: ((outputs: Float64Array) => void) | null
  }
  /** Functions for samples that have a target value for each output, or null for a loss that accepts only classes. */
  readonly values: {
    /** Returns the loss of one output. The loss of a sample is the mean of the losses of all outputs. */
    readonly score: (output: number, target: number) => number
    /** Returns the smallest mean loss that a constant output can reach for samples with the given `targets`. */
    readonly guessing: (targets: readonly number[]) => number
  } | null
}

const rows = {
  /** The cross-entropy loss of a sample is log(sum of exp(outputs)) - outputs[label]. */
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
  /** The squared-error loss of a sample is the mean of (output - target)^2 over the outputs. */
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
