/**
 * Shows the progress of a training on stderr: LSUV's layers, the steps, and the scoring if the scoring takes more than a
 * moment.
 */
import type { Measurement, TrainOptions } from '../index.ts'
import { errorAfter } from './score-text.ts'
import type { Progress, ProgressTask } from './terminal/progress.ts'
import { stderrProgress } from './terminal/stderr.ts'

export interface ShownTraining {
  readonly observer: Required<Pick<TrainOptions, 'onProgress' | 'onEvaluation' | 'onAdjust' | 'onMeasured'>>
  note(text: string): void
  close(): void
}

/** Time in milliseconds after which the progress of scoring is shown. */
const patience = 700

/** `areValues`: whether the network predicts values and not classes. */
export function showTraining(areValues = false): ShownTraining {
  const progress = stderrProgress()
  let training: ProgressTask | undefined
  let scoring: ProgressTask | undefined
  let trainedAt = performance.now()
  /** The progress of LSUV while LSUV changes the initial weights. LSUV has an own progress without a line of the total. */
  let adjusting: { readonly progress: Progress; readonly task: ProgressTask } | undefined
  /** Number of steps of the training that begins after LSUV. */
  let stepsAfter: number | undefined
  const showSteps: Required<TrainOptions>['onProgress'] = (done, steps, losses) => {
    training ??= progress.task('training', steps, { unit: 'step' })
    training.update(done, { loss: losses.at(-1)?.loss })
    trainedAt = performance.now()
  }
  return {
    observer: {
      onAdjust: (done, layers) => {
        if (adjusting === undefined) {
          const own = stderrProgress()
          adjusting = { progress: own, task: own.task('LSUV', layers, { unit: 'layer' }) }
        }
        adjusting.task.update(done)
        if (done < layers) return
        adjusting.task.finish()
        adjusting.progress.close()
        adjusting = undefined
        if (stepsAfter !== undefined) showSteps(0, stepsAfter, [])
      },
      onProgress: (done, steps, losses) => {
        if (adjusting) stepsAfter = steps
        else showSteps(done, steps, losses)
      },
      onEvaluation: (done, samples) => {
        training?.finish()
        if (!scoring && performance.now() - trainedAt < patience) return
        scoring ??= progress.task('scoring', samples, { unit: 'sample' })
        scoring.update(done)
      },
      onMeasured: (measurement) => progress.note(measuredText(measurement, areValues)),
    },
    note: (text) => (adjusting?.progress ?? progress).note(text),
    close: () => {
      adjusting?.progress.close()
      progress.close()
    },
  }
}

/**
 * Formats a measurement, such as `step 391: training error 42.10%, test error 45.33%`. For values, R2 takes the place of
 * the error.
 */
function measuredText(measurement: Measurement, areValues: boolean): string {
  const { step } = measurement
  const what = areValues ? 'R2' : 'error'
  const of = (error: number | null): string => `${what} ${errorAfter(error, { areValues })}`
  if ('test' in measurement) {
    const { train, test } = measurement
    // An empty test set has no scores, while outputs that are not finite leave the training set without scores too.
    const tested = test.loss === null && train.loss !== null ? '' : `, test ${of(test.error)}`
    return `step ${step}: training ${of(train.error)}${tested}`
  }
  const { trainingError, warmedUp } = measurement
  return `step ${step}: training ${of(trainingError)}, ${warmedUp ? 'the warm-up has ended' : 'still warming up'}`
}
