/** Decides when work begins to listen for Ctrl-C: once a checkpoint, a step or a result can be saved or shown. */
import type { ComparisonEvent, DiagnosisEvent, PrescriptionEvent, TrainOptions } from '../index.ts'

type Progress = Required<Pick<TrainOptions, 'onProgress'>> & Pick<TrainOptions, 'onAdjust'>

/**
 * Returns a copy of the observer that also calls `listen` at the first checkpoint, after the first layers of LSUV and
 * after the first steps of this session. A resumed run first reports the steps that are already stored. Steps that are
 * already stored do not count, because they need no saving.
 */
export function listening<Observer extends Progress>(
  observer: Observer,
  listen: () => void,
): Observer & Required<Pick<TrainOptions, 'onCheckpoint'>> {
  let begun: number | undefined
  return {
    ...observer,
    onCheckpoint: () => listen(),
    onAdjust: (done, layers) => {
      if (done > 0) listen()
      observer.onAdjust?.(done, layers)
    },
    onProgress: (done, steps, losses) => {
      begun ??= done
      if (done > begun) listen()
      observer.onProgress(done, steps, losses)
    },
  }
}

/** Whether a comparison, a diagnosis or a prescription has something to save or to show from this event on. */
function givesSomething(event: ComparisonEvent | DiagnosisEvent | PrescriptionEvent): boolean {
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
    case 'fact':
    case 'facts':
    case 'plan':
    case 'round':
      return false
  }
}

/**
 * Returns an event handler that calls `listen` once a comparison, a diagnosis or a prescription has something to save or to show. The
 * longest trainings begin first, so the largest networks are planned before there is something to save.
 */
export function listeningForEvents<Event extends ComparisonEvent | DiagnosisEvent | PrescriptionEvent>(
  onEvent: (event: Event) => void,
  listen: () => void,
): (event: Event) => void {
  return (event) => {
    if (givesSomething(event)) listen()
    onEvent(event)
  }
}
