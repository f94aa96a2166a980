/** Whether the network is too narrow for its data. */

import { percent } from '../../format/words.ts'
import { controls, controlsOf } from '../controls.ts'
import { type Evidence, meanOf, referenceOf, symptomOf, trainingError } from '../evidence.ts'
import { type Assessment, type EvidenceRow, holds, open, ruledOut, untested } from './assessment.ts'
import { fitsPoorly, relief } from './step.ts'

const widths = controlsOf('width')
const times = { 4: 'four', 16: 'sixteen' } as const
/** Wider networks always fit a little better in a short run: too narrow is what leaves at least half of the error. */
const halved = 0.5

/** Whether fewer layers of the same width leave less than half of the error: then it isn't the width. */
function twinFits(evidence: Evidence, error: number): boolean {
  const reference = referenceOf(evidence)
  const twin = reference && meanOf(evidence, reference, trainingError)
  return twin !== null && twin !== undefined && twin < halved * error
}

export function underCapacity(evidence: Evidence, earlier: readonly Assessment[]): Assessment {
  const cause = 'under-capacity'
  const error = meanOf(evidence, 'patient', trainingError) ?? Number.NaN
  const rows: EvidenceRow[] = [
    { name: 'training error', value: error, limit: 0.1, words: `${percent(error)} of the training samples are wrong` },
  ]
  if (symptomOf(evidence) === 'worse than its twin' && !evidence.isTwinGiven && twinFits(evidence, error)) {
    const sentence = 'a network of the same width with fewer layers trains better.'
    return ruledOut(cause, 'the shallow twin', { sentence, evidence: rows })
  }
  if (!fitsPoorly(evidence)) {
    return ruledOut(cause, 'training', { sentence: `its training error is ${percent(error)}.`, evidence: rows })
  }
  if (earlier.some(({ state }) => state === 'holds') && !evidence.isNarrow)
    return untested(cause, 'a cause that explains it was found.')
  if (!evidence.applicable.has(widths[0])) {
    return ruledOut(cause, 'the layers', { sentence: 'it has no hidden layer to widen.', evidence: rows })
  }
  // The cheapest first: what is merely slow isn't too narrow.
  const longer = relief(evidence, '3 x steps')
  const undecided = { sentence: 'whether a wider network does better is not settled.', evidence: rows }
  if (!longer) return open(cause, [{ control: '3 x steps', seeds: 1 }], undecided)
  const longerRow: EvidenceRow = {
    name: 'share of the training error that 3 x steps takes away',
    value: longer.share,
    limit: halved,
    words: `training error ${percent(longer.after)} with three times the steps`,
  }
  if (longer.share >= halved) {
    if (longer.seeds < evidence.seeds.length) {
      return open(cause, [{ control: '3 x steps', seeds: evidence.seeds.length }], undecided)
    }
    const sentence = `three times the steps bring its training error from ${percent(longer.before)} to ${percent(longer.after)}, so it isn't trained to its end.`
    return ruledOut(cause, '3 x steps', { sentence, evidence: [...rows, longerRow] })
  }
  const tried = widths.map((control) => ({ control, found: relief(evidence, control) }))
  const changes = tried.flatMap(({ control, found }): EvidenceRow[] => {
    if (!found) return []
    const words = `training error ${percent(found.after)} with ${controls[control].factor} times the width`
    return [
      { name: `share of the training error that ${control} takes away`, value: found.share, limit: halved, words },
    ]
  })
  const found = { evidence: [...rows, longerRow, ...changes] }
  for (const { control, found: change } of tried) {
    if (!change) return open(cause, [{ control, seeds: 1 }], { ...undecided, ...found })
    if (change.share < halved) continue
    if (change.seeds < evidence.seeds.length) {
      return open(cause, [{ control, seeds: evidence.seeds.length }], { ...undecided, ...found })
    }
    if (evidence.seeds.length < 3) {
      const sentence = 'a wider network does better; three seeds would tell whether that is chance.'
      return open(cause, [], { ...found, sentence })
    }
    if (!change.isSure) continue
    const sentence = `It is too narrow: its training error is ${percent(error)}, with ${times[controls[control].factor]} times the width ${percent(change.after)}, and with three times the steps ${percent(longer.after)}.`
    return holds(cause, change.share, { ...found, sentence })
  }
  const isUnsure = tried.some(({ found: change }) => change && change.share >= halved)
  const why = isUnsure ? ', which is within the spread of the seeds' : ''
  const sentence = `${changes.map(({ words }) => words).join(', ')}, after ${percent(error)}${why}.`
  return ruledOut(cause, widths.join(', '), { ...found, sentence })
}
