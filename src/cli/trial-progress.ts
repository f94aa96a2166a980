/** Trainings side by side, as lines of progress. */
import type { Trial, TrialEvent, TrialResult } from '../index.ts'
import type { Progress } from './terminal/progress.ts'

/** A task for each training, which says its loss on the way and at its end whether it diverged. */
export function showTrials<T extends Trial>(progress: Progress, nameOf: (trial: T) => string) {
  const tasks = new Map<T, ReturnType<Progress['task']>>()
  return (event: TrialEvent<T>): void => {
    switch (event.kind) {
      case 'planned':
        for (const trial of event.trials) {
          const { steps } = trial.settings
          if (trial.finished) {
            progress.note(`${nameOf(trial)}: the run's own training is used.`)
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
