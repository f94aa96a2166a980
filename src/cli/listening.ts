/** When a training begins to listen for Ctrl-C: once a checkpoint or a step gives it anything to save. */
import type { TrainOptions } from '../index.ts'

type Progress = Required<Pick<TrainOptions, 'onProgress'>>

/**
 * The observer, which calls `listen` with the first checkpoint, and after the first steps of this sitting. A resumed run
 * tells the steps that it has before it plans the rest: these need no saving.
 */
export function listening<Observer extends Progress>(
  observer: Observer,
  listen: () => void,
): Observer & Required<Pick<TrainOptions, 'onCheckpoint'>> {
  let begun: number | undefined
  return {
    ...observer,
    onCheckpoint: () => listen(),
    onProgress: (done, steps, losses) => {
      begun ??= done
      if (done > begun) listen()
      observer.onProgress(done, steps, losses)
    },
  }
}
