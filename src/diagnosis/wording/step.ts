/** Words for a step that is too large. */
import { number, percent } from '../../format/words.ts'
import type { TriedRate, UnstableStepFacts } from '../causes/step.ts'
import { lossChangeText, rateText } from './controls.ts'
import { type EvidenceRow, seedsText, type Words } from './words.ts'

export function unstableStepWords(facts: UnstableStepFacts): Words {
  const rows = sharpnessRows(facts)
  if (facts.outcome === 'fits') return { statement: `its training error is ${percent(facts.error)}`, evidence: rows }
  const evidence = [...facts.tried.flatMap(recoveryRows), ...rows]
  switch (facts.outcome) {
    case 'unsettled':
      return { statement: 'whether a smaller rate helps is not settled', evidence }
    case 'too large': {
      const { control, loss } = facts.best
      return { statement: `The step is too large: at ${rateText(control)} it has ${lossChangeText(loss)}`, evidence }
    }
    case 'not too large': {
      const helps = facts.helps ? ', which helps and does not restore it' : ''
      return { statement: `${facts.tried.map(triedText).join(', ')}${helps}`, evidence }
    }
  }
}

const triedText = ({ control, loss }: TriedRate): string => `at ${rateText(control)} ${lossChangeText(loss)}`

function recoveryRows(tried: TriedRate): EvidenceRow[] {
  const { control, recovery } = tried
  if (recovery === null) return []
  const { share, limit, seeds } = recovery
  const name = `share of what it lacks that ${rateText(control)} gives back`
  return [{ name, value: share, limit, words: `${triedText(tried)}, with ${seedsText(seeds)}` }]
}

function sharpnessRows({ sharpness }: UnstableStepFacts): EvidenceRow[] {
  if (sharpness === null) return []
  const { eigenvalue, stability } = sharpness
  const words = `the Hessian's largest eigenvalue is ${number(eigenvalue)} before training`
  const over = stability === null ? '' : `; times the rate, over what a quadratic bears, ${number(stability)}`
  return [
    { name: 'largest eigenvalue times rate over 2(1 + momentum)', value: stability, limit: null, words: words + over },
  ]
}
