/** Assesses every cause of the table and ranks the causes that hold. */
import { type Cause, causes, type Verdict } from './cause.ts'
import type { Untested } from './causes/assessment.ts'
import { fitsPoorly } from './causes/control-answers.ts'
import { isMechanism, type MechanismCause } from './causes/interventions.ts'
import { proofOf } from './causes/proof.ts'
import { rankNumber } from './causes/rank.ts'
import { type CauseRow, causeTable, type JudgedCause } from './causes/table.ts'
import type { ControlName } from './controls.ts'
import { type Evidence, recordsOf, symptomOf } from './evidence.ts'
import { atBestRate, type View, viewOf } from './view.ts'

export interface Judgment {
  readonly verdict: Verdict
  /** The causes that hold, beginning with the cause to treat first. */
  readonly findings: readonly JudgedCause[]
  readonly ruledOut: readonly JudgedCause[]
  readonly open: readonly JudgedCause[]
  readonly untested: readonly Untested<Cause>[]
}

export const nothingJudged: Judgment = { verdict: 'undecided', findings: [], ruledOut: [], open: [], untested: [] }

export function judge(evidence: Evidence): Judgment {
  if (recordsOf(evidence, 'network').length === 0) return nothingJudged
  const view = viewOf(evidence)
  const all = assessAll(view)
  const ofState = (state: JudgedCause['state']): JudgedCause[] =>
    all.filter((one): one is JudgedCause => one.state === state)
  const findings = ranked(ofState('holds'), view)
  const open = ofState('open')
  const isExplained = symptomOf(view) === 'none' || all.some(isMerelySlow)
  // A network that trains is not in doubt because the budget was too short to try every rate and every length.
  const doubts = open.filter((one) => isDoubt(one, view))
  const verdict = findings[0]?.cause ?? (doubts.length > 0 || !isExplained ? 'undecided' : 'healthy')
  const untested = all.filter((one) => one.state === 'untested')
  return { verdict, findings, ruledOut: ofState('ruled out'), open, untested }
}

type Assessment = JudgedCause | Untested<Cause>

/**
 * Whether an open cause makes a network doubtful. The causes in `sparing` do not if the network fits, at the given rate
 * too. Useless depth does not either, because the network trains.
 */
const isDoubt = ({ cause }: JudgedCause, view: View): boolean =>
  cause === 'useless-depth'
    ? symptomOf(view) !== 'none'
    : !sparing.has(cause) || fitsPoorly(view) || fitsPoorly(view.given)

/** Causes whose open questions do not make a network doubtful that trains well. */
const sparing: ReadonlySet<Cause> = new Set([
  'unscaled-data',
  'output-cannot-reach-targets',
  'no-nonlinearity',
  'over-regularized',
  'unstable-step',
  'step-too-small',
  'too-few-steps',
])

/**
 * Assesses all causes. Mechanisms are assessed only if the network has hidden layers. Mechanisms that are suspects are
 * judged by their interventions. Umbrella causes are assessed last, with the assessments of the mechanisms and settings.
 */
function assessAll(view: View): Assessment[] {
  const suspects = suspectsOf(view)
  const assessed: Assessment[] = []
  const earlier: Assessment[] = []
  for (const cause of causes) {
    if (isSkipped(cause, view)) continue
    const found = withRates(proven(causeTable[cause].assess(view, earlier), suspects, view), view)
    assessed.push(found)
    if (causeTable[cause].level !== 'umbrella') earlier.push(found)
  }
  return assessed
}

/** Whether a cause is a mechanism in hidden layers that the network does not have. */
const isSkipped = (cause: Cause, { stages }: View): boolean =>
  causeTable[cause].level === 'mechanism' && stages.length < 2 && cause !== 'dead-units'

/** The mechanisms whose readings are beyond the limits, in a network whose training has a symptom. */
const suspectsOf = (view: View): MechanismCause[] =>
  causes.flatMap((cause) =>
    isMechanism(cause) && !isSkipped(cause, view) && causeTable[cause].assess(view).state === 'suspect' ? [cause] : [],
  )

/** Returns the assessment of a suspect after its interventions. Other assessments stay as they are. */
function proven(found: Assessment, suspects: readonly MechanismCause[], view: View): Assessment {
  if (found.state !== 'suspect' || !isMechanism(found.cause)) return found
  const { proof, needs, controls } = proofOf(found.cause, suspects, view)
  switch (proof.outcome) {
    case 'restores':
      return {
        ...found,
        state: 'holds',
        proof: { ...proof, moved: movedBy(proof.control, found.cause, suspects, view) },
      }
    case 'contributes':
    case 'does not restore':
      return { ...found, state: 'ruled out', score: 0, by: { controls }, proof }
    case 'no gap':
      return { ...found, state: 'ruled out', score: 0, by: { observation: 'training' }, proof }
    case 'untried':
    case 'unsure':
    case 'no intervention':
      return { ...found, state: 'open', score: 0, needs, proof }
  }
}

/** The other suspects that an intervention removes as well, by the readings of its training before the first step. */
function movedBy(
  control: ControlName,
  cause: MechanismCause,
  suspects: readonly MechanismCause[],
  view: View,
): readonly Cause[] {
  const records = recordsOf(view.given, control).map((record) => ({ ...record, control: 'network' as const }))
  if (records.every(({ snapshots }) => Object.keys(snapshots[0]?.reading ?? {}).length === 0)) return []
  const others = view.records.filter((record) => record.control !== 'network')
  const changed: View = { ...view, records: [...records, ...others] }
  return suspects.filter((other) => other !== cause && isAbsent(causeTable[other].assess(changed).facts))
}

/** Whether the readings show no sign of a mechanism. */
const isAbsent = ({ outcome }: { readonly outcome: string }): boolean =>
  outcome === 'within limits' || outcome === 'no such units'

/** Returns an assessment whose needs name the rates at which the trainings run. */
function withRates(found: Assessment, view: View): Assessment {
  if (found.state !== 'open') return found
  return { ...found, needs: found.needs.map((need) => atBestRate(need, view)) }
}

/**
 * Whether training for three times the steps brings the network to the loss of its twin, so that no other explanation
 * is needed.
 */
function isMerelySlow(one: Assessment): boolean {
  return one.cause === 'optimization-failure' && one.state !== 'untested' && one.facts.outcome === 'merely slow'
}

/**
 * Sorts the causes that hold: causes that are earlier in the causal chain come first, unless a rank rule decides
 * otherwise.
 */
function ranked(found: readonly JudgedCause[], view: View): JudgedCause[] {
  const numberOf = (one: JudgedCause): number => {
    const { rank }: CauseRow<Cause> = causeTable[one.cause]
    return rankNumber(one.cause, rank?.(one, found, view))
  }
  return found.toSorted((a, b) => numberOf(a) - numberOf(b))
}
