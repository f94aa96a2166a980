/** Shows the progress of trainings that run side by side. */
import type { Trial, TrialEvent, TrialResult } from '../index.ts'
import type { Progress } from './terminal/progress.ts'

/**
 * Returns an event handler that shows a task for each training. The task of a training shows its loss, and at the end
 * whether the training diverged.
 */
export function showTrials<T extends Trial>(progress: Progress, nameOf: (trial: T) => string) {
  const tasks = new Map<T, ReturnType<Progress['task']>>()
  return (event: TrialEvent<T>): void => {
    switch (event.kind) {
      case 'planned':
        progress.expect(event.later ?? 0)
        for (const trial of event.trials) {
          const { steps } = trial.settings
          if (trial.finished) {
            progress.note(`${nameOf(trial)}: the training of the run is used.`)
            continue
          }
          tasks.set(trial, progress.task(nameOf(trial), steps, { unit: 'step', cost: trial.work / steps }))
        }
        return
      case 'started':
        return
      case 'progress':
        if (event.done > 0) tasks.get(event.trial)?.update(event.done, { loss: event.losses.at(-1)?.loss })
        return
      case 'finished':
        tasks.get(event.trial)?.finish(endOf(event.result))
    }
  }
}

function endOf(result: TrialResult | undefined): string | undefined {
  if (result === undefined) return 'stopped'
  return result.diverged ? 'diverged' : undefined
}
