/** What is said of each cause. */
import type { Cause, Verdict } from '../cause.ts'
import { type CauseFacts, causeTable, type JudgedCause, type Title } from '../causes/table.ts'
import { numericalErrorWords } from './arithmetic.ts'
import { underCapacityWords } from './capacity.ts'
import { correlationCollapseWords } from './correlation.ts'
import { explodingGradientWords, vanishingGradientWords } from './gradient.ts'
import { optimisationFailureWords } from './optimisation.ts'
import { overfittingWords } from './overfitting.ts'
import { chaoticSignalWords, explodingSignalWords, vanishingSignalWords } from './signal.ts'
import { unstableStepWords } from './step.ts'
import { deadUnitsWords, saturatedUnitsWords } from './units.ts'
import { uselessDepthWords } from './useless-depth.ts'
import type { Words } from './words.ts'

const wordings: { readonly [C in Cause]: (facts: CauseFacts[C]) => Words } = {
  'saturated-units': saturatedUnitsWords,
  'dead-units': deadUnitsWords,
  'exploding-signal': explodingSignalWords,
  'vanishing-signal': vanishingSignalWords,
  'chaotic-signal': chaoticSignalWords,
  'vanishing-gradient': vanishingGradientWords,
  'correlation-collapse': correlationCollapseWords,
  'exploding-gradient': explodingGradientWords,
  'numerical-error': numericalErrorWords,
  'unstable-step': unstableStepWords,
  'optimisation-failure': optimisationFailureWords,
  'under-capacity': underCapacityWords,
  overfitting: overfittingWords,
  'useless-depth': uselessDepthWords,
}

export function wordsOf<C extends Cause>({ cause, facts }: JudgedCause<C>): Words {
  return wordings[cause](facts)
}

export function verdictTitle(verdict: Verdict): Title {
  if (verdict === 'healthy') return { start: 'Healthy', inside: 'healthy' }
  if (verdict === 'undecided') return { start: 'Undecided', inside: 'undecided' }
  return causeTable[verdict].title
}
