/** Scores of guessing among classes: of a network that ignores its inputs. */
import { formatNumber, formatPercent } from '../format/text.ts'

/** The loss and the error of guessing. */
export interface Guess {
  readonly loss: number
  /** Fraction of misclassified training samples (0..1). */
  readonly error: number
  /** Fraction of misclassified test samples (0..1), if there are test samples. */
  readonly testError?: number
}

export interface GuessedSet {
  /** Number of classes, or null for regression. */
  readonly classes: number | null
  /** The scores of guessing, if the classes differ in size or the loss is not the cross-entropy. */
  readonly guess?: Guess
}

/** The scores of guessing among classes. Without `guess`, the classes have the same size. Null for regression. */
export function guessOf({ classes, guess }: GuessedSet): Guess | null {
  if (classes === null) return null
  return guess ?? { loss: Math.log(classes), error: 1 - 1 / classes }
}

/** The error of guessing in a sentence. */
export function guessedError({ classes, guess }: GuessedSet): string {
  if (classes === null) return 'Always predicting the mean of the targets leaves 100% of the variance unexplained.'
  if (guess === undefined)
    return `Guessing among ${classes} classes misclassifies ${formatPercent(1 - 1 / classes, 0)} of the samples.`
  const { error, testError } = guess
  const tested = testError === undefined ? '' : ` and ${formatPercent(testError, 1)} of the test samples`
  return `Always predicting the largest class misclassifies ${formatPercent(error, 1)} of the training samples${tested}.`
}

/** The loss of guessing after `Guessing has a loss of`, such as `ln 10 = 2.30`. */
export function guessedLoss({ classes, guess }: GuessedSet & { readonly classes: number }): string {
  return guess === undefined ? `ln ${classes} = ${formatNumber(Math.log(classes))}` : formatNumber(guess.loss)
}
