/** The cause "unstable step": trainings at a third and a tenth of the rate show whether the step is too large. */
import { type ControlOf, controlsOf } from '../controls.ts'
import { type Evidence, meanOf, recordsOf, symptomOf, trainingError } from '../evidence.ts'
import { holds, type Judged, type Need, open, ruledOut, scoreOf } from './assessment.ts'
import {
  controlAnswer,
  fitsPoorly,
  halved,
  type LossChange,
  leastHelp,
  lossChange,
  relief,
  restoring,
} from './control-answers.ts'
import { isFullyRestored, type RankRule } from './rank.ts'

const rates = controlsOf('rate')

/** A control training with a smaller learning rate. */
export interface TriedRate {
  readonly control: ControlOf<'rate'>
  readonly loss: LossChange
  /** Numbers of seeds that diverged, or null if no training of the network diverged. */
  readonly diverged: { readonly network: number; readonly slower: number; readonly seeds: number } | null
  /**
   * Fraction of the loss gap that the smaller rate recovers, or null if the cause is decided by the training error and
   * not by the loss.
   */
  readonly recovery: { readonly share: number; readonly limit: number; readonly seeds: number } | null
}

export type UnstableStepFacts = {
  /**
   * Largest eigenvalue of the Hessian before training. The field `stability` is the ratio of the largest eigenvalue to
   * the stability limit of a quadratic loss.
   */
  readonly sharpness: { readonly eigenvalue: number; readonly stability: number | null } | null
} & (
  | { readonly outcome: 'fits'; readonly error: number }
  | { readonly outcome: 'unsettled'; readonly tried: readonly TriedRate[] }
  | { readonly outcome: 'too large'; readonly tried: readonly TriedRate[]; readonly best: TriedRate }
  | {
      readonly outcome: 'not too large'
      readonly tried: readonly TriedRate[]
      /** Whether a smaller learning rate improves the training, but does not restore it. */
      readonly helps: boolean
    }
)

type Assessment = Judged<'unstable-step', UnstableStepFacts>

export function unstableStep(evidence: Evidence): Assessment {
  const symptom = symptomOf(evidence)
  if (symptom === 'none' && !fitsPoorly(evidence)) {
    const error = meanOf(evidence, 'network', trainingError) ?? Number.NaN
    return ruledOut('unstable-step', { ...sharpnessOf(evidence), outcome: 'fits', error }, { observation: 'training' })
  }
  return symptom === 'none' ? byRelief(evidence) : byRecovery(evidence)
}

function byRecovery(evidence: Evidence): Assessment {
  const cause = 'unstable-step'
  const answers = rates.map((control) => ({ control, answer: controlAnswer(evidence, control) }))
  const tried = answers.flatMap(({ control, answer }) => {
    if (!('recovery' in answer)) return []
    const recovery = { share: answer.recovery, limit: restoring, seeds: answer.seeds }
    return [{ control, loss: lossChange(evidence, control), diverged: divergedSeeds(evidence, control), recovery }]
  })
  const known = { ...sharpnessOf(evidence), tried }
  const best = tried.toSorted((a, b) => b.recovery.share - a.recovery.share)[0]
  const gained = best?.recovery.share ?? 0
  if (gained >= restoring) return holds(cause, { ...known, outcome: 'too large', best }, scoreOf(gained, restoring))
  const needs = answers.flatMap(({ answer }): Need[] => (answer.kind === 'needs' ? [answer.need] : []))
  if (needs.length > 0) return open(cause, { ...known, outcome: 'unsettled' }, needs)
  const facts = { ...known, outcome: 'not too large', helps: gained > leastHelp } as const
  return ruledOut(cause, facts, { controls: tried.map(({ control }) => control) })
}

/**
 * Judges the step size of a network that has no symptom but fits the training set poorly, by the training errors at
 * smaller rates.
 */
function byRelief(evidence: Evidence): Assessment {
  const cause = 'unstable-step'
  const reliefs = rates.map((control) => ({ control, found: relief(evidence, control) }))
  const isRun = (control: ControlOf<'rate'>): boolean => recordsOf(evidence, control).length >= evidence.seeds.length
  const needs = reliefs.flatMap(({ control, found }): Need[] => {
    if (found === null) return [{ control, seeds: 1 }]
    return found.share < halved || isRun(control) ? [] : [{ control, seeds: evidence.seeds.length }]
  })
  const triedWith = (control: ControlOf<'rate'>): TriedRate => ({
    control,
    loss: lossChange(evidence, control),
    diverged: divergedSeeds(evidence, control),
    recovery: null,
  })
  const tried = reliefs.flatMap(({ control, found }) => (found === null ? [] : [triedWith(control)]))
  const known = { ...sharpnessOf(evidence), tried }
  const ready = reliefs.flatMap(({ control, found }) =>
    found && found.share >= halved && (found.isSure || endsDivergence(evidence, control))
      ? [{ control, share: found.share }]
      : [],
  )
  if (ready.length > 0) {
    const [{ control, share }] = ready.toSorted((a, b) => b.share - a.share)
    return holds(cause, { ...known, outcome: 'too large', best: triedWith(control) }, scoreOf(share, halved))
  }
  const isUnsure = reliefs.some(({ found }) => found && found.share >= halved && found.seeds < 3)
  if (needs.length > 0 || isUnsure) return open(cause, { ...known, outcome: 'unsettled' }, needs)
  return ruledOut(cause, { ...known, outcome: 'not too large', helps: false }, { controls: rates })
}

/**
 * Whether a training of the network diverged and no training at the smaller rate did, with at least three seeds. A
 * divergence makes the errors of the seeds so different that their 95% interval tells nothing.
 */
function endsDivergence(evidence: Evidence, control: ControlOf<'rate'>): boolean {
  const [networks, slower] = [recordsOf(evidence, 'network'), recordsOf(evidence, control)]
  const everySeed = slower.length >= Math.max(3, evidence.seeds.length)
  return everySeed && networks.some(({ diverged }) => diverged) && slower.every(({ diverged }) => !diverged)
}

/** Counts the seeds of the network and of a smaller rate that diverged, among the seeds of the smaller rate. */
function divergedSeeds(evidence: Evidence, control: ControlOf<'rate'>): TriedRate['diverged'] {
  const slower = recordsOf(evidence, control)
  const seeds = new Set(slower.map(({ seed }) => seed))
  const networks = recordsOf(evidence, 'network').filter(({ seed }) => seeds.has(seed))
  const count = (records: typeof slower): number => records.filter(({ diverged }) => diverged !== null).length
  return count(networks) === 0 ? null : { network: count(networks), slower: count(slower), seeds: seeds.size }
}

const sharpnessOf = ({ measured }: Evidence): Pick<UnstableStepFacts, 'sharpness'> => ({
  sharpness: measured.sharpness ?? null,
})

export const unstableStepRank: RankRule = (_own, _found, evidence) =>
  isFullyRestored(evidence, rates) ? 'first' : undefined
