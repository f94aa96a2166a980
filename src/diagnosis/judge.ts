/** The ranked findings: every cause assessed, those that hold in order, and what is said of it all. */
import { type Cause, causes, type Verdict } from './cause.ts'
import { numericalError } from './causes/arithmetic.ts'
import type { Assessment } from './causes/assessment.ts'
import { underCapacity } from './causes/capacity.ts'
import { correlationCollapse } from './causes/correlation.ts'
import { explodingGradient, growthTowardsInput, severeDecades, vanishingGradient } from './causes/gradient.ts'
import { optimisationFailure } from './causes/optimisation.ts'
import { overfitting } from './causes/overfitting.ts'
import { chaoticSignal, explodingSignal, vanishingSignal } from './causes/signal.ts'
import { unstableStep } from './causes/step.ts'
import { deadUnits, saturatedUnits } from './causes/units.ts'
import { uselessDepth } from './causes/useless-depth.ts'
import type { ControlName } from './controls.ts'
import { type Evidence, recordsOf, recovery, symptomOf } from './evidence.ts'

export interface Judgement {
  readonly verdict: Verdict
  /** Those that hold, the one to treat first before the others. */
  readonly findings: readonly Assessment[]
  readonly ruledOut: readonly Assessment[]
  readonly open: readonly Assessment[]
  readonly untested: readonly Assessment[]
}

/**
 * Where a control gives back so much of what the network lacks, what it changed is the cause, whatever else stands out: signals
 * and gradients are measured in the same arithmetic, and ties go to the cause whose cure restores training.
 */
const fullyRestored = 0.9

const longer: ControlName = '3 x steps'

export function judge(evidence: Evidence): Judgement {
  if (recordsOf(evidence, 'patient').length === 0) {
    return { verdict: 'undecided', findings: [], ruledOut: [], open: [], untested: [] }
  }
  const mechanisms = evidence.stages.length < 2 ? [] : mechanismsOf(evidence)
  const earlier = [...mechanisms, numericalError(evidence), unstableStep(evidence)]
  const all = [
    ...earlier,
    optimisationFailure(evidence, earlier),
    underCapacity(evidence, earlier),
    overfitting(evidence),
    uselessDepth(evidence),
  ]
  const ofState = (state: Assessment['state']): Assessment[] => all.filter((one) => one.state === state)
  const found = ofState('holds')
  const findings = found.toSorted((a, b) => rankOf(a, found, evidence) - rankOf(b, found, evidence))
  const open = ofState('open')
  const isExplained = symptomOf(evidence) === 'none' || isMerelySlow(all)
  const verdict = findings[0]?.cause ?? (open.length > 0 || !isExplained ? 'undecided' : 'healthy')
  return { verdict, findings, ruledOut: ofState('ruled out'), open, untested: ofState('untested') }
}

/** Three times the steps bring it to where its twin is: there is nothing else to explain. */
function isMerelySlow(all: readonly Assessment[]): boolean {
  return all.some(({ cause, state, by }) => cause === 'optimisation-failure' && state === 'ruled out' && by === longer)
}

/** What happens in hidden layers, of which there is one at least. */
function mechanismsOf(evidence: Evidence): Assessment[] {
  return [
    saturatedUnits(evidence),
    deadUnits(evidence),
    explodingSignal(evidence),
    vanishingSignal(evidence),
    chaoticSignal(evidence),
    vanishingGradient(evidence),
    correlationCollapse(evidence),
    explodingGradient(evidence),
  ]
}

const signals: readonly Cause[] = ['exploding-signal', 'vanishing-signal']

/** Upstream before downstream. */
function rankOf({ cause, onset }: Assessment, found: readonly Assessment[], evidence: Evidence): number {
  if (cause === 'numerical-error' && isFullyRestored(evidence, ['float64'])) return -2
  if (cause === 'unstable-step' && isFullyRestored(evidence, ['rate / 3', 'rate / 10'])) return -1
  // Tested beside what else was found only where a layer is narrower than the outputs: then its cure decides.
  if (cause === 'under-capacity' && evidence.isNarrow) return -0.5
  if (cause === 'saturated-units' || cause === 'dead-units') {
    // Units that go out where the signal was lost already are its doing.
    const signal = found.find((other) => signals.includes(other.cause) && (other.onset ?? 0) < (onset ?? 0))
    if (signal) return causes.indexOf(signal.cause) + 0.5
  }
  // A gradient that is merely small comes with the collapse; one that is lost to the weights' last bits is there by itself.
  const isMild = cause === 'vanishing-gradient' && -growthTowardsInput(evidence) < severeDecades
  return isMild ? causes.indexOf('correlation-collapse') + 0.5 : causes.indexOf(cause)
}

function isFullyRestored(evidence: Evidence, controls: readonly ControlName[]): boolean {
  return controls.some((control) => {
    const isRun = recordsOf(evidence, control).length >= evidence.seeds.length
    return isRun && (recovery(evidence, control) ?? 0) >= fullyRestored
  })
}
