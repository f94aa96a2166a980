/** Words for dead and saturated units. */
import { percent } from '../../format/words.ts'
import type { DeadUnitsFacts, SaturatedUnitsFacts } from '../causes/units.ts'
import { finite, harmlessText, placeText, type Words } from './words.ts'

export function deadUnitsWords(facts: DeadUnitsFacts): Words {
  if (facts.outcome === 'no such units') return { statement: 'no layer has units that can die', evidence: [] }
  const { share, limit, place, afterTraining } = facts
  const words = `${percent(share)} of a layer's units (${placeText(place)}) are active for none of the probe samples`
  const evidence = [
    { name: 'dead units before training, worst layer', value: share, limit, words },
    {
      name: 'dead units after training, worst layer',
      value: finite(afterTraining),
      limit: null,
      words: `${percent(afterTraining)} after the last step`,
    },
  ]
  switch (facts.outcome) {
    case 'within limits':
      return { statement: `at most ${words}`, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return { statement: `Units are dead before any training: ${words}, and no gradient passes them`, evidence }
  }
}

export function saturatedUnitsWords(facts: SaturatedUnitsFacts): Words {
  if (facts.outcome === 'no such units') return { statement: 'no layer has units that can saturate', evidence: [] }
  const { share, limit, place } = facts
  const words = `in ${placeText(place)} ${percent(share)} of the units' reactions to the probe samples are under a thousandth of the steepest`
  const evidence = [{ name: 'saturated reactions before training, worst layer', value: share, limit, words }]
  switch (facts.outcome) {
    case 'within limits':
      return { statement: words, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return {
        statement: `Units are saturated before any training: ${words}, and hardly any gradient passes them`,
        evidence,
      }
  }
}
