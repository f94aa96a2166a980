/** Words for the causes "dead units" and "saturated units". */
import { percent } from '../../format/words.ts'
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
  }
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
