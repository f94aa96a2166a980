/** Words for the cause "optimization failure". */
import { number, withInterval } from '../../format/words.ts'
import type { OptimizationFailureFacts, TwinExcess } from '../causes/optimization.ts'
import { stepsText } from './controls.ts'
import { type EvidenceRow, seedsText, twinText, twoSentences, type Words } from './words.ts'

type SolverFailure = Extract<OptimizationFailureFacts, { outcome: 'solver fails' }>

export function optimizationFailureWords(facts: OptimizationFailureFacts): Words {
  switch (facts.outcome) {
    case 'no worse': {
      const statement =
        facts.twin === null
          ? 'the network trains'
          : `the network trains and is not worse than ${twinText(facts.twin)} in a way that needs an explanation`
      return { statement, evidence: [] }
    }
    case 'twin awaited':
      return { statement: 'no network with fewer layers has been trained yet', evidence: [] }
    case 'no twin': {
      const statement = 'no layer of the network is repeated, so no network with fewer layers exists for comparison'
      return { statement, evidence: [] }
    }
    case 'twins fail': {
      const statement = `${twinText(facts.twin)} does not train either, so the depth is not the cause`
      return { statement, evidence: [] }
    }
    case 'unsure': {
      const statement = 'there are too few seeds, or too much spread, to tell whether the network is worse; add seeds'
      return { statement, evidence: [excessRow(facts)] }
    }
    case 'others open':
      return { statement: 'other causes are not ruled out yet', evidence: [excessRow(facts)] }
    case 'merely slow': {
      const loss = `the training loss with ${stepsText(facts.longer)} is ${number(facts.longerLoss)}`
      return { statement: `${loss}, no worse than that of the ${facts.twin}`, evidence: [excessRow(facts)] }
    }
    case 'solver fails': {
      const others = 'no test of signal, gradients, correlation, step and arithmetic explains the training'
      const longer = `the training loss with ${stepsText(facts.longer)} is ${number(facts.longerLoss)}`
      return { statement: twoSentences(missedText(facts), `${others}, and ${longer}`), evidence: [excessRow(facts)] }
    }
  }
}

/** Describes the better result that is known to exist but that the solver missed. */
function missedText({ constructive, pairs }: SolverFailure): string {
  if (constructive !== null) {
    const better = `the trained weights of the twin with added identity layers have a training loss of ${number(constructive)}`
    return `the solver does not find better weights that exist: ${better}`
  }
  if (pairs === null) return 'the solver does not train the network as well as a network with fewer layers'
  return `the solver does not reach the training loss of ${number(pairs.twin)} that a network with fewer layers reaches`
}

function excessRow({ twin, limit, pairs }: TwinExcess): EvidenceRow {
  const name = 'relative excess of the training loss over that of the shallow twin'
  if (pairs === null) {
    return { name, value: Number.NaN, limit, words: `the network and the ${twin} have no trained seed in common` }
  }
  const { network, difference, halfWidth, seeds, excess } = pairs
  const losses = `the training loss is ${number(network)}, and that of the ${twin} is ${number(pairs.twin)}`
  const words = `${losses} (paired difference ${withInterval(difference, halfWidth)} over ${seedsText(seeds)})`
  return { name, value: excess, limit, words }
}
