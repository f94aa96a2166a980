/** The learning curve over the number of training samples, for `train --curve samples`. */
import { tableText } from '../format/table.ts'
import { counted, grouped } from '../format/words.ts'
import {
  type CurvePoint,
  type CurveTrial,
  type Dataset,
  describeCurve,
  type LearningCurveOptions,
  learningCurve,
  type Network,
  type Run,
  taskOf,
} from '../index.ts'
import { curvePicture } from '../internal.ts'
import { interruptible } from './interrupt.ts'
import { percent } from './output.ts'
import { stderrProgress } from './terminal/stderr.ts'
import { showTrials } from './trial-progress.ts'

/** The parts of the training set on which the network is trained besides the whole set. */
const parts = [1 / 8, 1 / 4, 1 / 2]

export interface ShownCurve {
  readonly points: readonly CurvePoint[]
  /** What the last two points mean, or null if they can't be compared. */
  readonly sentence: string | null
}

/** Trains the network on parts of the training set. The last point of the curve is the run on the whole set. */
export async function curveOf(
  network: Network,
  data: Dataset,
  run: Run,
  options: Omit<LearningCurveOptions, 'data'>,
): Promise<ShownCurve> {
  const progress = stderrProgress()
  const show = showTrials<CurveTrial>(progress, ({ samples }) => counted(samples, 'sample'))
  const work = (abort: AbortSignal, listen: () => void): Promise<CurvePoint[]> => {
    listen()
    return learningCurve(network, { ...options, data, fractions: parts, abort, onEvent: show })
  }
  const stopping = 'Stopping. The results so far are printed. Press Ctrl-C again to end at once.'
  const points = await interruptible(work, () => progress.note(stopping)).finally(() => progress.close())
  const { train, test, diverged } = run
  const all = [...points, { samples: data.train.count, train, test, diverged }]
  return { points: all, sentence: describeCurve(all, taskOf(data)) }
}

/** Whether a training of the curve has test scores. Without test samples, no training has any. */
const hasTest = (points: readonly CurvePoint[]): boolean =>
  points.some(({ test, diverged }) => diverged !== null || test.loss !== null)

/** Formats a learning curve as a table with a sentence. */
export function curveLines({ points, sentence }: ShownCurve, areClasses: boolean): string[] {
  const measure = areClasses ? 'error' : 'R2'
  const sets = hasTest(points) ? (['train', 'test'] as const) : (['train'] as const)
  const rows = points.map((point) => [
    grouped(point.samples),
    ...sets.map((set) => {
      const { error } = point[set]
      if (point.diverged) return 'diverged'
      // R2 is unknown if no target varies in the set, as with a single sample.
      if (error === null) return 'unknown'
      return areClasses ? percent(error) : (1 - error).toPrecision(3)
    }),
  ])
  const headings = ['training samples', ...sets.map((set) => `${set} ${measure}`)]
  const table = tableText({ columns: headings.map((heading) => ({ heading, numeric: true })), rows })
  const missing = 'The data has no test samples, so nobody can tell from the curve whether more data would help.'
  const said = sentence ?? (sets.length === 1 ? missing : null)
  return ['', table, ...(said === null ? [] : ['', said])]
}

/** Draws a learning curve as SVG. */
export const drawnCurve = ({ points }: ShownCurve, network: string, dataset: string, areClasses: boolean): string =>
  curvePicture({ network, dataset, areClasses, points })
