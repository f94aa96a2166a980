/** The cause "numerical error": a training in float64 shows whether float32 is to blame. */
import { type Evidence, recordsOf } from '../evidence.ts'
import { type Harmless, harmlessness, holds, type Judged, open, ruledOut, scoreOf } from './assessment.ts'
import { controlAnswer, type LossChange, lossChange, restoring } from './control-answers.ts'
import { largestOf } from './layer-values.ts'
import { isFullyRestored, type RankRule } from './rank.ts'

const control = 'float64'

export type NumericalErrorFacts = {
  /**
   * Relative errors of the float32 gradient in the first layer and in the worst layer before training, or null if the
   * errors were not measured.
   */
  readonly gradient: { readonly first: number; readonly worst: number } | null
} & (
  | Harmless
  | { readonly outcome: 'untried' | 'in float64 already' }
  | {
      readonly outcome: 'restored' | 'not restored'
      /** Fraction of the loss gap (network minus twin) that training in float64 recovers. */
      readonly recovery: number
      readonly limit: number
      readonly seeds: number
      readonly loss: LossChange
    }
)

export function numericalError(evidence: Evidence): Judged<'numerical-error', NumericalErrorFacts> {
  const cause = 'numerical-error'
  const gradient = gradientError(evidence)
  const harmless = harmlessness(evidence)
  if (harmless) return ruledOut(cause, { gradient, ...harmless }, { observation: 'training' })
  const answer = controlAnswer(evidence, control)
  if (answer.kind === 'needs') return open(cause, { gradient, outcome: 'untried' }, [answer.need])
  const by = { controls: [control] } as const
  if (answer.kind === 'impossible') {
    const isDone = recordsOf(evidence, 'network').some(({ precision }) => precision === control)
    if (isDone) return ruledOut(cause, { gradient, outcome: 'in float64 already' }, by)
    return open(cause, { gradient, outcome: 'untried' }, [])
  }
  const { recovery, seeds } = answer
  const facts = { gradient, recovery, limit: restoring, seeds, loss: lossChange(evidence, control) }
  if (answer.kind === 'restores') return holds(cause, { ...facts, outcome: 'restored' }, scoreOf(recovery, restoring))
  return ruledOut(cause, { ...facts, outcome: 'not restored' }, by)
}

function gradientError({ measured: { precision } }: Evidence): NumericalErrorFacts['gradient'] {
  const first = precision?.gradient[0] ?? Number.NaN
  return precision && Number.isFinite(first) ? { first, worst: largestOf(precision.gradient) } : null
}

export const numericalErrorRank: RankRule = (_own, _found, evidence) =>
  isFullyRestored(evidence, [control]) ? 'first' : undefined
