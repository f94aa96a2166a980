/** The cause "too little capacity": the network is too narrow for its data. */
import { type ControlName, type ControlOf, controlsOf } from '../controls.ts'
import {
  difference,
  type Evidence,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  testError,
  trainingError,
} from '../evidence.ts'
import { type Assessed, type Earlier, holds, open, ruledOut, untested } from './assessment.ts'
import { clearShare, fitsPoorly, halved, poorFit, type Relief, relief, worsensTest } from './control-answers.ts'
import type { RankRule } from './rank.ts'

const [longerRun] = controlsOf('steps')
const widths = controlsOf('width')

/**
 * Change of the training error by a control. Wider networks always fit slightly better. So a larger width proves the cause
 * only if it removes at least half of the training error, or a fifth of the training error and of the test error.
 */
export interface ErrorChange<Control> extends Relief {
  readonly control: Control
  readonly limit: number
  /** Whether all trainings of the control diverged, so that `after` is the error of guessing. */
  readonly hasDiverged?: boolean
}

type Longer = ErrorChange<ControlOf<'steps'>>
type Wider = ErrorChange<ControlOf<'width'>>

export type UnderCapacityFacts = {
  /** Training error of the network, as a mean over the seeds. */
  readonly error: number
  readonly errorLimit: number
  /** Whether the network diverged with all seeds, so that `error` is the error of guessing. */
  readonly hasDiverged?: boolean
} & (
  | { readonly outcome: 'twin fits' | 'fits' | 'nothing to widen' | 'longer run open' }
  | { readonly outcome: 'merely short'; readonly longer: Longer }
  | { readonly outcome: 'wider runs open' | 'too few seeds'; readonly longer: Longer; readonly tried: readonly Wider[] }
  | {
      readonly outcome: 'too narrow'
      readonly longer: Longer
      readonly tried: readonly Wider[]
      /** The first tried width that removes at least half of the training error. */
      readonly wider: Wider
    }
  | {
      readonly outcome: 'not too narrow'
      readonly longer: Longer
      readonly tried: readonly Wider[]
      /**
       * Whether a wider network halves the mean training error, but the difference is within the spread of the seeds.
       */
      readonly isUnsure: boolean
    }
)

export function underCapacity(evidence: Evidence, earlier: Earlier): Assessed<'under-capacity', UnderCapacityFacts> {
  const cause = 'under-capacity'
  const { applicable, seeds, isNarrow } = evidence
  const error = meanOf(evidence, 'network', trainingError) ?? Number.NaN
  const known = { error, errorLimit: poorFit, ...divergenceOf(evidence, 'network') }
  if (symptomOf(evidence) === 'worse than its twin' && !evidence.isTwinGiven && twinFits(evidence, error)) {
    return ruledOut(cause, { ...known, outcome: 'twin fits' }, { observation: 'shallow twin' })
  }
  if (!fitsPoorly(evidence)) return ruledOut(cause, { ...known, outcome: 'fits' }, { observation: 'training' })
  if (earlier.some(({ state }) => state === 'holds') && !isNarrow) return untested(cause)
  if (!applicable.has(widths[0])) {
    return ruledOut(cause, { ...known, outcome: 'nothing to widen' }, { observation: 'layers' })
  }
  // The training with more steps comes before the wider networks because it is the cheapest control. A network that
  // only needs more steps is not too narrow.
  const longer = changeOf(evidence, longerRun)
  if (!longer) return open(cause, { ...known, outcome: 'longer run open' }, [{ control: longerRun, seeds: 1 }])
  if (longer.share >= halved) {
    if (longer.seeds < seeds.length) {
      return open(cause, { ...known, outcome: 'longer run open' }, [{ control: longerRun, seeds: seeds.length }])
    }
    return ruledOut(cause, { ...known, outcome: 'merely short', longer }, { controls: [longerRun] })
  }
  const changes = widths.map((control) => ({ control, change: atEqualState(changeOf(evidence, control), longer) }))
  const tried = changes.flatMap(({ change }) => change ?? [])
  const found = { ...known, longer, tried }
  for (const { control, change } of changes) {
    if (!change) return open(cause, { ...found, outcome: 'wider runs open' }, [{ control, seeds: 1 }])
    if (change.share < clearShare) continue
    // A wider network always fits slightly better. A smaller effect than half counts only with the test error.
    if (change.share < halved && !lowersTestClearly(evidence, control)) continue
    if (change.seeds < seeds.length) {
      return open(cause, { ...found, outcome: 'wider runs open' }, [{ control, seeds: seeds.length }])
    }
    if (seeds.length < 3) return open(cause, { ...found, outcome: 'too few seeds' }, [])
    // A wider network that only learns the noise of the training set by heart gets a higher test error.
    if (change.isSure && !worsensTest(evidence, control))
      return holds(cause, { ...found, outcome: 'too narrow', wider: change }, change.share)
  }
  const isUnsure = tried.some(({ share }) => share >= halved)
  return ruledOut(cause, { ...found, outcome: 'not too narrow', isUnsure }, { controls: widths })
}

function changeOf<Control extends ControlOf<'steps' | 'width'>>(
  evidence: Evidence,
  control: Control,
): ErrorChange<Control> | null {
  const found = relief(evidence, control)
  return found && { ...found, control, limit: halved, ...divergenceOf(evidence, control) }
}

/** Whether a wider network lowers the test error by a fifth. */
function lowersTestClearly(evidence: Evidence, control: ControlName): boolean {
  const found = difference(evidence, 'network', control, testError)
  return found !== null && found.second <= (1 - clearShare) * found.first
}

/**
 * The change by a wider network, compared with the network after more steps if more steps lower its error. A wider
 * network trains faster, so it is compared with the narrow one at an equal state of training.
 */
function atEqualState<Control extends ControlOf<'width'>>(
  change: ErrorChange<Control> | null,
  longer: Longer,
): ErrorChange<Control> | null {
  const before = change && Math.min(change.before, longer.after)
  return change && before !== null && before > 0 ? { ...change, share: 1 - change.after / before } : change
}

function divergenceOf(evidence: Evidence, control: ControlName): { readonly hasDiverged?: true } {
  const records = recordsOf(evidence, control)
  return records.length > 0 && records.every(({ diverged }) => diverged !== null) ? { hasDiverged: true } : {}
}

/**
 * Whether the twin (same width, fewer layers) has less than half of the network's training error, so that the width is
 * not the cause.
 */
function twinFits(evidence: Evidence, error: number): boolean {
  const reference = referenceOf(evidence)
  const twin = reference && meanOf(evidence, reference, trainingError)
  return twin !== null && twin !== undefined && twin < halved * error
}

/**
 * The cause "too little capacity" ranks first if a layer is narrower than the output, because then a wider network is
 * the cure.
 */
export const underCapacityRank: RankRule = (_own, _found, { isNarrow }) => (isNarrow ? 'first' : undefined)
