/** When work begins to listen for Ctrl-C: once a checkpoint, a step or a result gives it anything to save or to show. */
import type { ComparisonEvent, DiagnosisEvent, TrainOptions } from '../index.ts'

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

/** Whether there is anything to save or to show from now on. */
function givesSomething(event: ComparisonEvent | DiagnosisEvent): boolean {
  switch (event.kind) {
    case 'finished':
    case 'measuring':
      return true
    case 'planned':
      return event.found.length > 0
    case 'progress':
      return event.done > 0
    case 'started':
    case 'steps':
    case 'note':
      return false
  }
}

/** The same for trainings side by side. The longest begin first, so that the largest networks are planned by then. */
export function listeningForEvents<Event extends ComparisonEvent | DiagnosisEvent>(
  onEvent: (event: Event) => void,
  listen: () => void,
): (event: Event) => void {
  return (event) => {
    if (givesSomething(event)) listen()
    onEvent(event)
  }
}
