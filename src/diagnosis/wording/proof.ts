/** Words for the proof of a mechanism by an intervention. */
import { listed, number, percent } from '../../format/words.ts'
import { isRemedyName, remedies } from '../../remedies/table.ts'
import type { Cause } from '../cause.ts'
import type { InterventionName } from '../causes/interventions.ts'
import type { Proof, Restoration } from '../causes/restoration.ts'
import { type EvidenceRow, rateText, seedsText, twoSentences } from './words.ts'

/**
 * One to three sentences on the result of the interventions, without the full stop at the end. Empty while trainings are missing.
 * `titleOf` names other causes inside a sentence.
 */
export function proofText(proof: Proof, titleOf: (cause: Cause) => string): string {
  switch (proof.outcome) {
    case 'no intervention':
      return 'no change of the network removes this mechanism alone, so nothing proves that it is the cause'
    case 'no gap':
      return 'the training loss is close to the lowest one of the diagnosis, so there is nothing to restore'
    case 'untried':
      return ''
    case 'restores': {
      const moved = proof.moved.map(titleOf)
      const also = moved.length === 0 ? '' : `. The same change also removes: ${listed(moved)}`
      return `${restorationText(proof)}${also}`
    }
    case 'contributes':
      return twoSentences('this is a contribution and not the cause', restorationText(proof))
    case 'does not restore':
      return twoSentences('this is not the cause', restorationText(proof))
    case 'unsure':
      return `${restorationText(proof)}. The seeds are too few, or differ too much, to be sure; add seeds`
  }
}

/** Two sentences: the change that the intervention makes, and its effect. */
const restorationText = (proof: Restoration): string =>
  `the intervention "${proof.intervention}" ${aboutOf(proof.intervention)}. With this change, ${effectText(proof)}`

const aboutOf = (name: InterventionName): string =>
  isRemedyName(name) ? remedies[name].about : 'draws the weights with the initializers of the network'

function effectText({ before, after, rate, share, seeds }: Restoration): string {
  const losses = `the training loss is ${number(after)} instead of ${number(before)} (${seedsText(seeds)}, rate ${rateText(rate)})`
  if (share <= 0) return `${losses}, which closes nothing of the gap to the best training`
  return `${losses}, which closes ${percent(Math.min(share, 1))} of the gap to the best training`
}

/** The proof as a row of evidence. */
export function proofRow(proof: Proof, titleOf: (cause: Cause) => string): EvidenceRow[] {
  if (!('share' in proof)) return []
  const words = proofText(proof, titleOf)
  return [
    {
      name: `fraction of the loss gap that "${proof.intervention}" closes`,
      value: proof.share,
      limit: proof.limit,
      words,
    },
  ]
}
