/** Words for the cause "unstable step". */
import { number, percent } from '../../format/words.ts'
import type { TriedRate, UnstableStepFacts } from '../causes/step.ts'
import { lossChangeText, rateText } from './controls.ts'
import { type ErrorText, type EvidenceRow, seedsText, twoSentences, type Words } from './words.ts'

export function unstableStepWords(facts: UnstableStepFacts, say: ErrorText = percent): Words {
  const rows = sharpnessRows(facts)
  if (facts.outcome === 'fits') return { statement: `the training error is ${say(facts.error)}`, evidence: rows }
  const evidence = [...facts.tried.flatMap(recoveryRows), ...rows]
  switch (facts.outcome) {
    case 'unsettled':
      return { statement: 'more trainings are needed to tell whether a smaller rate helps', evidence }
    case 'too large':
      return { statement: `the step is too large: ${triedText(facts.best)}${divergedText(facts.best)}`, evidence }
    case 'not too large': {
      if (facts.tried.length === 0) return { statement: 'no smaller rate could be tried', evidence }
      const losses = facts.tried.map(triedText).join(', and ')
      const helps = 'a smaller rate helps but does not restore the training'
      return { statement: facts.helps ? twoSentences(helps, losses) : losses, evidence }
    }
  }
}

/** Says how many seeds diverge at the smaller rate, if seeds of the network diverged. */
function divergedText({ diverged, loss }: TriedRate): string {
  // If all seeds of the network diverged, the text about the loss says so.
  if (diverged === null || loss.before === null) return ''
  const { network, slower, seeds } = diverged
  return `, and ${slower === 0 ? 'no seed diverges' : `${slower} of ${seeds} seeds diverge`} instead of ${network} of ${seeds}`
}

const triedText = ({ control, loss }: TriedRate): string => lossChangeText(loss, `at ${rateText(control)}`)

function recoveryRows(tried: TriedRate): EvidenceRow[] {
  const { control, recovery } = tried
  if (recovery === null) return []
  const { share, limit, seeds } = recovery
  const name = `fraction of the loss gap that ${rateText(control)} recovers`
  return [{ name, value: share, limit, words: `${triedText(tried)} (${seedsText(seeds)})` }]
}

function sharpnessRows({ sharpness }: UnstableStepFacts): EvidenceRow[] {
  if (sharpness === null) return []
  const { eigenvalue, stability } = sharpness
  const words = `the largest eigenvalue of the Hessian before training is ${number(eigenvalue)}`
  const over = stability === null ? '' : `, which is ${number(stability)} times the stability limit at this rate`
  const name = 'largest eigenvalue of the Hessian times rate over 2(1 + momentum)'
  return [{ name, value: stability, limit: null, words: words + over }]
}
