/** Words for the cause "overfitting". */
import { number, percent } from '../../format/words.ts'
import type { OverfittingFacts } from '../causes/overfitting.ts'
import { type ErrorText, type EvidenceRow, twinText, twoSentences, type Words } from './words.ts'

export function overfittingWords(facts: OverfittingFacts, say: ErrorText = percent): Words {
  return { statement: statementOf(facts, say), evidence: rowsOf(facts, say) }
}

function statementOf(facts: OverfittingFacts, say: ErrorText): string {
  switch (facts.outcome) {
    case 'worse in training': {
      const { training } = facts
      const errors = training ? `, with an error of ${say(training.network)} against ${say(training.twin)}` : ''
      return `the network is also worse on the training set${errors}, and overfitting cannot cause that`
    }
    case 'learns nothing':
      return 'the network does not learn the training set'
    case 'not learned by heart':
      return `the training error is ${say(facts.error)}, so the network has not memorized the training set`
    case 'small gap':
      return errorsText(facts, say)
    case 'no rise':
      return `${riseText(facts)}, and the limit is ${number(facts.riseLimit * 100)}%`
    case 'depth overfits': {
      const { twin, test } = facts
      const training = `the network is no worse than ${twinText(twin)} on the training set`
      return twoSentences(
        'the added depth causes overfitting',
        `${training}, but the test error is ${say(test.network)} against ${say(test.twin)}`,
      )
    }
    case 'half untried':
      return 'the network has not been trained on half the data'
    case 'too few seeds': {
      const change = `from ${percent(facts.before)} to ${percent(facts.withHalf)}`
      return `half the data changes the ${gapName} ${change}, but three seeds are needed to rule out chance`
    }
    case 'half does not widen': {
      const gaps = `${percent(facts.withHalf)} instead of ${percent(facts.before)}`
      return `half the data does not widen the ${gapName}, which is ${gaps}`
    }
    case 'learned by heart': {
      const { half, gap } = facts
      const within = half?.isSure ? '' : ', a difference within the spread of the seeds'
      const widened = half
        ? `, and half the data widens the ${gapName} from ${percent(gap)} to ${percent(half.gap)}${within}`
        : ''
      return twoSentences(
        `the network memorizes the training set: ${errorsText(facts, say)}`,
        `${riseText(facts)}${widened}`,
      )
    }
  }
}

const gapName = 'gap between training and test error'

const errorsText = ({ error, gap }: OverfittingFacts, say: ErrorText): string =>
  `the training error is ${say(error)}, and the test error is ${say(error + gap)}`

const riseText = ({ rise }: OverfittingFacts): string =>
  rise > 0 ? `the test loss ends ${percent(rise)} above its lowest value` : 'the test loss ends at its lowest value'

function rowsOf(facts: OverfittingFacts, say: ErrorText): EvidenceRow[] {
  const { gap, gapLimit, rise, riseLimit } = facts
  if (Number.isNaN(gap)) return []
  const rows: EvidenceRow[] = [
    {
      name: 'excess of the test error over the training error',
      value: gap,
      limit: gapLimit,
      words: errorsText(facts, say),
    },
    {
      name: 'relative rise of the test loss above its lowest value',
      value: rise,
      limit: riseLimit,
      words: riseText(facts),
    },
  ]
  if (facts.outcome === 'depth overfits') {
    const { excess: value, excessLimit: limit, test, twin } = facts
    const words = `the test error is ${say(test.network)}, and that of ${twinText(twin)} is ${say(test.twin)}`
    return [{ name: 'excess of the test error over that of the shallow twin', value, limit, words }, ...rows]
  }
  if (facts.outcome !== 'learned by heart') return rows
  const { half, randomLabels } = facts
  if (half) {
    const words = `the ${gapName} is ${percent(half.gap)} with half the data and ${percent(gap)} with all data`
    rows.push({ name: `${gapName} with half the data`, value: half.gap, limit: gap, words })
  }
  if (randomLabels) {
    const { error, guessing } = randomLabels
    const words = `the training error on random labels is ${say(error)}, and that of guessing is ${say(guessing)}`
    rows.push({ name: 'training error with random labels', value: error, limit: null, words })
  }
  return rows
}
