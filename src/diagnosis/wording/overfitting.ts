/** Words for overfitting. */
import { number, percent } from '../../format/words.ts'
import type { OverfittingFacts } from '../causes/overfitting.ts'
import { type EvidenceRow, sentenceOf, twinText, type Words } from './words.ts'

export function overfittingWords(facts: OverfittingFacts): Words {
  const statement = statementOf(facts)
  return { statement, evidence: rowsOf(facts, statement) }
}

function statementOf(facts: OverfittingFacts): string {
  switch (facts.outcome) {
    case 'worse in training': {
      const { training } = facts
      const errors = training ? `: ${percent(training.network)} against ${percent(training.twin)}` : ''
      return `it is worse on the training set as well${errors}, which overfitting can't be`
    }
    case 'learns nothing':
      return "it doesn't learn its training set"
    case 'not learned by heart':
      return `its training error is ${percent(facts.error)}: it hasn't learned its samples by heart`
    case 'small gap':
      return errorsText(facts)
    case 'no rise':
      return `${riseText(facts)} (limit ${number(facts.riseLimit * 100)}%)`
    case 'depth overfits': {
      const { twin, test } = facts
      return `Depth overfits: no worse than ${twinText(twin)} on the training set, and ${percent(test.network)} test error against ${percent(test.twin)}`
    }
    case 'half untried':
      return 'whether less data widens the gap has not been tried'
    case 'too few seeds':
      return `half the data takes the gap from ${percent(facts.before)} to ${percent(facts.withHalf)}; three seeds would tell whether that is chance`
    case 'half does not widen':
      return `half the data doesn't widen the gap: ${percent(facts.withHalf)} against ${percent(facts.before)}`
    case 'learned by heart': {
      const { half, gap } = facts
      const within = half?.isSure ? '' : ', which is within the spread of the seeds'
      const widened = half
        ? `, and with half the data the gap is ${percent(half.gap)} instead of ${percent(gap)}${within}`
        : ''
      return `It learns its samples by heart: ${errorsText(facts)}; ${riseText(facts)}${widened}`
    }
  }
}

const errorsText = ({ error, gap }: OverfittingFacts): string =>
  `training error ${percent(error)}, test error ${percent(error + gap)}`

const riseText = ({ rise }: OverfittingFacts): string =>
  rise > 0 ? `the test loss ends ${percent(rise)} above its lowest` : 'the test loss ends at its lowest'

function rowsOf(facts: OverfittingFacts, statement: string): EvidenceRow[] {
  const { gap, gapLimit, rise, riseLimit } = facts
  const rows: EvidenceRow[] = [
    { name: 'test error above training error', value: gap, limit: gapLimit, words: errorsText(facts) },
    {
      name: 'rise of the test loss from its lowest, relative',
      value: rise,
      limit: riseLimit,
      words: riseText(facts),
    },
  ]
  if (facts.outcome === 'depth overfits') {
    const { excess: value, excessLimit: limit } = facts
    return [{ name: 'test error above the shallow twin’s', value, limit, words: sentenceOf(statement) }, ...rows]
  }
  if (facts.outcome !== 'learned by heart') return rows
  const { half, randomLabels } = facts
  if (half) {
    const words = `${percent(half.gap)} instead of ${percent(gap)}`
    rows.push({ name: 'gap with half the data', value: half.gap, limit: gap, words })
  }
  if (randomLabels) {
    const { error, guessing } = randomLabels
    const words = `trained on random labels it gets ${percent(error)} of them wrong, where guessing gets ${percent(guessing)}`
    rows.push({ name: 'training error with random labels', value: error, limit: null, words })
  }
  return rows
}
