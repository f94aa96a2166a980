/** Words for the causes "dead units" and "saturated units". */
import { counted, percent } from '../../format/words.ts'
import type { DeadUnitsFacts, SaturatedUnitsFacts } from '../causes/units.ts'
import { finite, harmlessText, placeText, type Words } from './words.ts'

export function deadUnitsWords(facts: DeadUnitsFacts): Words {
  if (facts.outcome === 'no such units') return { statement: 'no layer has units that can die', evidence: [] }
  const { share, limit, place, afterTraining } = facts
  const words = `${percent(share)} of the units in ${placeText(place)} are inactive for all probe samples`
  const evidence = [
    { name: 'dead units before training, worst layer', value: share, limit, words },
    {
      name: 'dead units after training, worst layer',
      value: finite(afterTraining),
      limit: null,
      words: afterTrainingText(afterTraining),
    },
  ]
  switch (facts.outcome) {
    case 'within limits':
      return { statement: `${words}${largest}`, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return { statement: `units are dead before training: ${words}, so these units pass no gradient`, evidence }
    case 'with some seeds':
    case 'died':
      return { statement: deadSeedsText(facts), evidence }
  }
}

type DeadSeedsFacts = Extract<DeadUnitsFacts, { outcome: 'with some seeds' | 'died' }>

/** Says in how many starts the units of a layer are dead, or die. */
function deadSeedsText({ before, died, seeds, place }: DeadSeedsFacts): string {
  const parts = [
    ...(before > 0 ? [`dead before training in ${before} of ${counted(seeds, 'start')}`] : []),
    ...(died > 0 ? [`die during the training in ${died} of ${counted(seeds, 'start')}`] : []),
  ]
  const units = `the units of ${placeText(place)}`
  const trained =
    before + died < seeds
      ? ', and only these trainings fail'
      : seeds === 1
        ? ', and this training fails'
        : ', and these trainings fail'
  return `${units} ${before > 0 ? 'are ' : ''}${parts.join(' and ')}${trained}`
}

const largest = ', the largest fraction of all layers'

const afterTrainingText = (share: number): string =>
  Number.isFinite(share)
    ? `${percent(share)} of the units in the worst layer are dead after the last step`
    : 'the dead units after the last step are not known'

export function saturatedUnitsWords(facts: SaturatedUnitsFacts): Words {
  if (facts.outcome === 'no such units') return { statement: 'no layer has units that can saturate', evidence: [] }
  const { share, limit, place } = facts
  const words = `${percent(share)} of the activations in ${placeText(place)} have a derivative below a thousandth of the maximum`
  const evidence = [{ name: 'saturated activations before training, worst layer', value: share, limit, words }]
  switch (facts.outcome) {
    case 'within limits':
      return { statement: `${words}${largest}`, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return {
        statement: `units are saturated before training: ${words}, so these units pass hardly any gradient`,
        evidence,
      }
  }
}
