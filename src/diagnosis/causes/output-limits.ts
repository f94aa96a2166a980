/** The lowest error that the outputs of a network allow, because of their range or because outputs are off. */
import { summarize } from '../../numerics/statistics.ts'
import type { ControlName } from '../controls.ts'
import { goodEnough, recordsOf, trainingError } from '../evidence.ts'
import type { View } from '../view.ts'
import { clearShare } from './control-answers.ts'

/** The lowest error that the outputs allow, and the lowest error of the trainings with free outputs. */
export interface OutputLimit {
  readonly error: number
  readonly lowest: number
  /** Whether the error is that of the classes whose outputs are off, and not that of the range of the outputs. */
  readonly isLost: boolean
}

/**
 * The lowest error that the outputs allow, if the error is not small and some training of the control `name`, which frees
 * the outputs, goes clearly below it. No weights can bring the outputs out of their range, and an output that is off for
 * all samples does not learn.
 */
export function outputLimit(view: View, name: ControlName): OutputLimit | null {
  const error = view.outputFloor ?? lostClasses(view)
  const lowest = Math.min(...recordsOf(view.given, name).map((record) => trainingError(view.given, record)))
  if (error === null || error < goodEnough || lowest > (1 - clearShare) * error) return null
  return { error, lowest, isLost: view.outputFloor === null }
}

/**
 * The mean fraction of the samples whose class has an output that is off for all samples after training. Null without
 * such outputs.
 */
function lostClasses(view: View): number | null {
  const lost = recordsOf(view, 'network').map(({ snapshots, train }) => {
    const dead = snapshots.at(-1)?.reading.deadUnits?.at(-1) ?? 0
    const { recall = [], classSamples = [] } = train
    const total = classSamples.reduce((sum, count) => sum + count, 0)
    const missed = classSamples.reduce((sum, count, label) => sum + (recall[label] === 0 ? count : 0), 0)
    return dead > 0 && total > 0 ? missed / total : 0
  })
  const mean = summarize(lost)?.mean ?? 0
  return mean > 0 ? mean : null
}

/** Whether outputs of the network are off for all samples before training, with the weights of some seed. */
export const hasDeadOutputs = ({ given }: View): boolean =>
  recordsOf(given, 'network').some(({ snapshots }) => (snapshots[0]?.reading.deadUnits?.at(-1) ?? 0) > 0)
