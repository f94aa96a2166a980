/**
 * The table of losses. A row of the table holds all functions of one loss, except the kernels of the loss operation.
 */
import { huberCenter, huberLoss, lossOfProbability, meanOf, medianOf } from './constant-outputs.ts'
import type { Attributes } from './value.ts'

/** Names of the losses. */
export const lossNames = ['cross-entropy', 'binary-cross-entropy', 'squared-error', 'absolute-error', 'huber'] as const

export type LossName = (typeof lossNames)[number]

/** Default of the option `huberDelta`. */
export const usualHuberDelta = 1

/** A loss and its option. The settings of a training have both fields. */
export interface LossSettings {
  readonly loss: LossName
  /** Distance between output and target at which the Huber loss turns from a parabola into a straight line. */
  readonly huberDelta?: number
}

/** A loss by its name, which stands for the loss with the default of its option, or a loss with its option. */
export type GivenLoss = LossName | LossSettings

interface Loss {
  /**
   * Name of the loss operation in the graph. The operation's outputs are the loss of each sample [B] and the gradient
   * of the batch's mean loss [B, O].
   */
  readonly op: string
  /** Name of the graph input that the network's outputs are compared with: `labels` [B] or `targets` [B, O]. */
  readonly input: 'labels' | 'targets'
  /** Attributes of the loss operation. */
  readonly attributes: (delta: number) => Attributes
  /**
   * How a network with a single output tells two classes apart, or null for a loss that needs an output for each class.
   * The single output is compared with 1 for a sample of class 1 and with 0 for a sample of class 0.
   */
  readonly single: {
    /** The predicted class is 1 if the output is above the threshold. */
    readonly threshold: number
    /** Whether presets have a single output for two classes. */
    readonly isUsual: boolean
  } | null
  /**
   * Functions for samples that have a class. With the input `targets` and an output for each class, a sample's targets
   * are 1 for the sample's class and 0 for all other classes.
   */
  readonly classes: {
    /** Returns the loss of a sample of the class `label`. `largest` is the largest output for the sample. */
    readonly score: (outputs: Float64Array, label: number, largest: number, delta: number) => number
    /**
     * Returns the mean loss of the best outputs that are equal for all samples. `shares` lists the fraction of the
     * samples in each class. The outputs are the best for the fractions `trained`, which are the same fractions by
     * default. A training that weights the classes has other fractions.
     */
    readonly guessing: (shares: Float64Array, delta: number, trained?: Float64Array) => number
    /**
     * Turns the outputs for a sample into probabilities, in place, or is null for a loss whose outputs are used
     * unchanged.
     */
    readonly probabilities: ((outputs: Float64Array) => void) | null
  }
  /** Functions for samples that have a target value for each output, or null for a loss that accepts only classes. */
  readonly values: {
    /** Returns the loss of one output. The loss of a sample is the mean of the losses of all outputs. */
    readonly score: (output: number, target: number, delta: number) => number
    /** Returns the smallest mean loss that a constant output can reach for samples with the given `targets`. */
    readonly guessing: (targets: readonly number[], delta: number) => number
    /** Turns an output into the predicted value, or is null for a loss whose outputs are the predicted values. */
    readonly prediction: ((output: number) => number) | null
  } | null
}

interface ElementLoss<Op extends string> {
  readonly op: Op
  readonly single: NonNullable<Loss['single']>
  readonly attributes?: Loss['attributes']
  /** Returns the loss of one output. */
  readonly score: (output: number, target: number, delta: number) => number
  /** A constant output. */
  readonly constant: {
    /** Returns the best constant. `shares` lists the fraction of the samples that have each target. */
    readonly best: (targets: readonly number[], shares: readonly number[], delta: number) => number
    /** Returns the loss of a constant, `score` by default. A constant of binary cross-entropy is a probability. */
    readonly score?: (constant: number, target: number, delta: number) => number
  }
  /** Turns an output into a probability, or is null for a loss whose outputs are no logits. */
  readonly probability: ((output: number) => number) | null
}

/** Makes the row of a loss that is the mean over the outputs of a loss of each output. */
function byOutput<const Op extends string>(row: ElementLoss<Op>): Loss & { readonly op: Op } {
  const { op, single, attributes = () => ({}), score, constant, probability } = row
  const { best, score: scoreOf = score } = constant
  const guessing = (
    targets: readonly number[],
    shares: readonly number[],
    trained: readonly number[],
    delta: number,
  ) => {
    const guess = best(targets, trained, delta)
    return targets.reduce((sum, target, index) => sum + shares[index] * scoreOf(guess, target, delta), 0)
  }
  const sharesOf = (share: number): readonly number[] => [1 - share, share]
  return {
    op,
    input: 'targets',
    attributes,
    single,
    classes: {
      score: (outputs, label, _largest, delta) => {
        let sum = 0
        for (let output = 0; output < outputs.length; output++) {
          sum += score(outputs[output], classTarget(label, output, outputs.length), delta)
        }
        return sum / outputs.length
      },
      // With a single output for two classes, the guessing level is the same as with an output for each class.
      guessing: (shares, delta, trained = shares) => {
        const ofClass = (share: number, label: number): number =>
          guessing([0, 1], sharesOf(share), sharesOf(trained[label]), delta)
        return shares.reduce((sum, share, label) => sum + ofClass(share, label), 0) / shares.length
      },
      probabilities:
        probability &&
        ((outputs) => {
          for (let output = 0; output < outputs.length; output++) outputs[output] = probability(outputs[output])
        }),
    },
    values: {
      score,
      guessing: (targets, delta) => {
        const shares = new Array<number>(targets.length).fill(1 / targets.length)
        return guessing(targets, shares, shares, delta)
      },
      prediction: probability,
    },
  }
}

const betweenZeroAndOne = { threshold: 0.5, isUsual: false } as const

const rows = {
  /** The cross-entropy loss of a sample is log(sum of exp(outputs)) - outputs[label]. */
  'cross-entropy': {
    op: 'softmaxCrossEntropy',
    input: 'labels',
    attributes: () => ({}),
    single: null,
    classes: {
      score: (outputs, label, largest) => {
        let sum = 0
        for (const output of outputs) sum += Math.exp(output - largest)
        return Math.log(sum) + largest - outputs[label]
      },
      guessing: (shares, _delta, trained = shares) =>
        shares.reduce((sum, share, label) => (share > 0 ? sum - share * Math.log(trained[label]) : sum), 0),
      probabilities: softmax,
    },
    values: null,
  },
  /**
   * The binary cross-entropy of an output z (a logit) and a target y is -y log(p) - (1 - y) log(1 - p), where p is the
   * sigmoid of z. The formula max(z, 0) - z y + log(1 + exp(-|z|)) has the same value and does not overflow.
   */
  'binary-cross-entropy': byOutput({
    op: 'binaryCrossEntropy',
    single: { threshold: 0, isUsual: true },
    score: (output, target) => Math.max(output, 0) - output * target + Math.log1p(Math.exp(-Math.abs(output))),
    constant: { best: meanOf, score: lossOfProbability },
    probability: sigmoid,
  }),
  /** The squared-error loss of a sample is the mean of (output - target)^2 over the outputs. */
  'squared-error': byOutput({
    op: 'squaredError',
    single: betweenZeroAndOne,
    score: (output, target) => (output - target) ** 2,
    constant: { best: meanOf },
    probability: null,
  }),
  /** The absolute-error loss of a sample is the mean of |output - target| over the outputs. */
  'absolute-error': byOutput({
    op: 'absoluteError',
    single: betweenZeroAndOne,
    score: (output, target) => Math.abs(output - target),
    constant: { best: medianOf },
    probability: null,
  }),
  /**
   * The Huber loss of a distance d is d^2 / 2 for |d| up to delta, and delta (|d| - delta / 2) beyond (Huber 1964).
   */
  huber: byOutput({
    op: 'huber',
    single: betweenZeroAndOne,
    attributes: (delta) => ({ delta }),
    score: (output, target, delta) => huberLoss(output - target, delta),
    constant: { best: huberCenter },
    probability: null,
  }),
} as const satisfies Record<LossName, Loss>

export type LossOp = (typeof rows)[LossName]['op']

export const losses: Readonly<Record<LossName, Loss & { readonly op: LossOp }>> = rows

const lossOps: ReadonlySet<string> = new Set(Object.values(losses).map(({ op }) => op))

export const isLossOp = (op: string): op is LossOp => lossOps.has(op)

/** Returns a loss with its option. */
export function lossSettings(given: GivenLoss): LossSettings {
  return typeof given === 'string' ? { loss: given } : { loss: given.loss, huberDelta: given.huberDelta }
}

/** Returns the row of a loss, and the value of the loss's option. */
export function lossOf(given: GivenLoss): Loss & { readonly op: LossOp; readonly delta: number } {
  const { loss, huberDelta = usualHuberDelta } = lossSettings(given)
  return { ...losses[loss], delta: huberDelta }
}

/** Returns the number with which an output is compared for a sample of the class `label`: 0 or 1. */
export function classTarget(label: number, output: number, outputs: number): 0 | 1 {
  return (outputs === 1 ? label : Number(label === output)) === 1 ? 1 : 0
}

/**
 * Returns the class that a network predicts for a sample: the class with the largest output. If the network has a
 * single output, the class is 1 for an output above the threshold of the loss, and otherwise 0.
 */
export function predictedClass(outputs: Float64Array, { single }: Pick<Loss, 'single'>): number {
  if (outputs.length === 1 && single !== null) return outputs[0] > single.threshold ? 1 : 0
  return largestOutput(outputs)
}

/** Returns the index of the largest output. Among equal outputs, the first one counts. */
export function largestOutput(outputs: Float64Array): number {
  let best = 0
  for (let output = 1; output < outputs.length; output++) if (outputs[output] > outputs[best]) best = output
  return best
}

/** Returns the number of classes that a number of outputs tells apart. A single output tells two classes apart. */
export const classesOfOutputs = (outputs: number): number => (outputs === 1 ? 2 : outputs)

function sigmoid(output: number): number {
  return 1 / (1 + Math.exp(-output))
}

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
