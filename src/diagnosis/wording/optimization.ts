/** Words for a failure of the solver. */
import { number, withInterval } from '../../format/words.ts'
import type { OptimizationFailureFacts, TwinExcess } from '../causes/optimization.ts'
import { stepsText } from './controls.ts'
import { type EvidenceRow, twinText, type Words } from './words.ts'

export function optimizationFailureWords(facts: OptimizationFailureFacts): Words {
  switch (facts.outcome) {
    case 'no worse': {
      const statement = facts.twin === null ? 'it trains' : `it trains no worse than ${twinText(facts.twin)}`
      return { statement, evidence: [] }
    }
    case 'twin awaited':
      return { statement: 'a network with fewer layers was not trained yet', evidence: [] }
    case 'no twin': {
      const statement = 'no layer of it is repeated, so there is no network with fewer to compare it with'
      return { statement, evidence: [] }
    }
    case 'twins fail': {
      const statement = `${twinText(facts.twin)} doesn't train either, so depth is not what makes it fail`
      return { statement, evidence: [] }
    }
    case 'unsure': {
      const statement = 'the seeds are too few, or differ too much, to say that it is worse; more seeds would tell'
      return { statement, evidence: [excessRow(facts)] }
    }
    case 'others open':
      return { statement: 'what else it could be is not ruled out yet', evidence: [excessRow(facts)] }
    case 'merely slow': {
      const statement = `with ${stepsText(facts.longer)} its training loss is ${number(facts.longerLoss)}, no worse than the ${facts.twin}'s: it is slower, and no more than that`
      return { statement, evidence: [excessRow(facts)] }
    }
    case 'solver fails': {
      const known =
        facts.constructive === null
          ? `A network with fewer layers reaches ${number(facts.pairs?.twin ?? Number.NaN)}`
          : `The same network with the twin's trained weights and identity layers has a training loss of ${number(facts.constructive)}, so there are better weights than it finds`
      const statement = `${known}; signal, gradients, correlation, step and arithmetic are within limits, and ${stepsText(facts.longer)} leave it at ${number(facts.longerLoss)}: the solver fails`
      return { statement, evidence: [excessRow(facts)] }
    }
  }
}

function excessRow({ twin, limit, pairs }: TwinExcess): EvidenceRow {
  const words = pairs
    ? `training loss ${number(pairs.network)} against ${number(pairs.twin)} of the ${twin}: ${withInterval(pairs.difference, pairs.halfWidth)} more, paired over ${pairs.seeds} seeds`
    : ''
  const value = pairs?.excess ?? Number.NaN
  return { name: 'training loss above the shallow twin’s, relative', value, limit, words }
}
