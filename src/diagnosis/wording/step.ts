/** Words for the causes "unstable step" and "step too small". */
import { counted, number, percent } from '../../format/words.ts'
import type { RateResult, StepFacts } from '../causes/step.ts'
import { type ErrorText, type EvidenceRow, finite, rateText, twoSentences, type Words } from './words.ts'

export const unstableStepWords = (facts: StepFacts, say: ErrorText = percent): Words =>
  stepWords(facts, say, 'too large')
export const stepTooSmallWords = (facts: StepFacts, say: ErrorText = percent): Words =>
  stepWords(facts, say, 'too small')

type Direction = 'too large' | 'too small'

function stepWords(facts: StepFacts, say: ErrorText, direction: Direction): Words {
  return { statement: statementOf(facts, say, direction), evidence: rowsOf(facts, say) }
}

function statementOf(facts: StepFacts, say: ErrorText, direction: Direction): string {
  const { given, ladder } = facts
  switch (facts.outcome) {
    case 'fits':
      return `the training error is ${say(given.error)}`
    case 'unsettled':
      return 'more trainings are needed to tell whether another rate is better'
    case 'too few seeds':
      return 'another rate does better, but three seeds are needed to rule out chance'
    case 'all diverge':
      return `the training diverges at every rate that was tried, ${rangeText(ladder)}`
    case 'no better rate':
      return ladder.length === 0
        ? 'no other rate could be tried'
        : `no rate ${rangeText(ladder)} trains the network clearly better than ${rateText(given.rate)}`
    case 'the other direction': {
      const { best } = facts
      return `a ${best.rate < given.rate ? 'lower' : 'higher'} rate is better: ${resultText(best, say)}`
    }
    case 'another rate': {
      const { best, clipped } = facts
      const change = `at ${rateText(best.rate)} instead of ${rateText(given.rate)}, ${resultText(best, say)} instead of ${plainText(given, say)}`
      const isByLoss = best.diverged === 0 && plainText(best, say) === plainText(given, say)
      const losses = `at ${rateText(best.rate)} instead of ${rateText(given.rate)}, the training loss is ${number(best.loss)} instead of ${number(given.loss)}`
      const first = `the step is ${direction}: ${isByLoss ? losses : change}`
      return clipped === null ? first : twoSentences(first, clippedText(clipped, say))
    }
  }
}

/** The result at a rate, such as `the training error is 2.1%`, with the seeds that diverged. */
const resultText = (result: RateResult, say: ErrorText): string => `the training error is ${plainText(result, say)}`

/** Returns an error with the seeds that diverged, such as `61% (2 of 3 seeds diverged)`. */
export function plainText({ error, diverged, seeds }: RateResult, say: ErrorText): string {
  if (diverged === 0) return say(error)
  if (diverged === seeds) return seeds === 1 ? 'diverging' : `diverging with all ${counted(seeds, 'seed')}`
  return `${say(error)} (${diverged} of ${counted(seeds, 'seed')} diverged and count as guessing)`
}

function clippedText(result: RateResult & { readonly norm: number }, say: ErrorText): string {
  const { norm, rate, diverged, seeds } = result
  const where = `with gradients clipped to norm ${norm}, `
  if (diverged === seeds) return `${where}the training at the rate ${rateText(rate)} diverges too`
  return `${where}the training error at the rate ${rateText(rate)} is ${plainText(result, say)}`
}

function rangeText(ladder: StepFacts['ladder']): string {
  const rates = ladder.map(({ rate }) => rate)
  return `from ${rateText(Math.min(...rates))} to ${rateText(Math.max(...rates))}`
}

function rowsOf(facts: StepFacts, say: ErrorText): EvidenceRow[] {
  const { ladder, given } = facts
  const rows: EvidenceRow[] = []
  if ('best' in facts) {
    const { best, share, limit } = facts
    const words = `the training error is ${plainText(best, say)} at ${rateText(best.rate)} and ${plainText(given, say)} at ${rateText(given.rate)}`
    rows.push({ name: 'fraction of the loss gap that the best rate closes', value: finite(share), limit, words })
  }
  if (ladder.length > 0) {
    const tried = ladder.map(({ rate, loss }) => `${rateText(rate)}: ${loss === null ? 'diverged' : number(loss)}`)
    const words = `training losses of short trainings with a decaying rate: ${tried.join(', ')}`
    rows.push({ name: 'rates of the ladder', value: ladder.length, limit: null, words })
  }
  return [...rows, ...sharpnessRows(facts)]
}

function sharpnessRows({ sharpness }: StepFacts): EvidenceRow[] {
  if (sharpness === null) return []
  const { eigenvalue, stability } = sharpness
  const words = `the largest eigenvalue of the Hessian before training is ${number(eigenvalue)}`
  const over = stability === null ? '' : `, which is ${number(stability)} times the stability limit at this rate`
  const name = 'largest eigenvalue of the Hessian times rate over 2(1 + momentum)'
  return [{ name, value: stability, limit: null, words: words + over }]
}
