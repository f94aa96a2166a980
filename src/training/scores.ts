/** The scores of a network on a set of samples. */

/**
 * Scores of a network on a set of samples. A score is null if the outputs of the network aren't finite, or if the set is
 * empty.
 */
export interface Scores {
  /** Mean loss over the samples, without weight decay. */
  readonly loss: number | null
  /**
   * For classification, the error is the fraction of the samples whose predicted class isn't the label, from 0 to 1.
   * The predicted class has the largest output. If the network has a single output for two classes, the output is
   * compared with the threshold of the loss.
   *
   * For regression and autoencoding, the error is the unexplained fraction of the variance, 1 - R^2. The unexplained
   * fraction is A / B, where A and B are in standardized units. The numerator A is the sum of the squared distances
   * between outputs and targets. The denominator B is the sum of the squared distances between the targets and their
   * means in the set of samples. A network that always outputs the means of the targets has error 1, and errors above 1
   * are possible. The error is null if no target varies in the set of samples.
   */
  readonly error: number | null
  /** Classification only: fraction of the samples with a right answer, from 0 to 1. */
  readonly accuracy?: number | null
  /**
   * Classification only: mean of the recalls of all classes that have samples in the set. Guessing gets a balanced
   * accuracy of 1 over the number of classes, even if one class has most samples.
   */
  readonly balancedAccuracy?: number | null
  /**
   * Classification with more than 10 classes: fraction of the samples whose label has one of the five largest outputs.
   */
  readonly topFiveAccuracy?: number | null
  /** Classification only: number of samples of each class in the set. */
  readonly classSamples?: readonly number[]
  /** Classification only: fraction of right answers for the samples of each class, or null for a class without samples. */
  readonly recall?: readonly (number | null)[]
  /**
   * Classification with at most 50 classes: number of samples of each true class (row) that the network takes for each
   * class (column).
   */
  readonly confusion?: readonly (readonly number[])[]
  /**
   * Classification with more than 50 classes: the 20 most frequent mistakes, in place of `confusion`. The most frequent
   * mistake comes first.
   */
  readonly mistakes?: readonly Mistake[]
  /**
   * Regression only: coefficient of determination of each target. 1 is perfect, and 0 is as good as the mean of the
   * target in the set. The coefficient is null for a target that doesn't vary in the set.
   */
  readonly r2?: readonly (number | null)[]
  /**
   * Regression only: root of the mean squared distance between output and target, for each target, in the target's
   * units.
   */
  readonly rmse?: readonly (number | null)[]
  /** Regression only: mean absolute distance between output and target, for each target, in the target's units. */
  readonly mae?: readonly (number | null)[]
}

/** Number of samples of the class `actual` that the network takes for the class `predicted`. */
export interface Mistake {
  readonly actual: number
  readonly predicted: number
  readonly count: number
}

/** Returns the scores without the fields that hold counts of classes, which are stored only for final scores. */
export function withoutClassCounts(scores: Scores): Scores {
  const { classSamples: _samples, recall: _recall, confusion: _confusion, mistakes: _mistakes, ...summary } = scores
  return summary
}

/** Null scores, for a set of samples that was not scored or that is empty. */
export const unscored: Scores = { loss: null, error: null }

/** Accumulates the scores of a network on a set of samples. The outputs must be added in the order of the samples. */
export interface Scorer {
  /** Adds rows of outputs to the scores. The first row of outputs belongs to the sample with number `first`. */
  add(outputs: Float64Array, first: number): void
  finish(): Scores
}
