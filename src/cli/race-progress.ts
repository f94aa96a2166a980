/** Shows the race of a prescription: a line for each candidate in each round, and why a candidate was dropped. */
import { formatDuration } from '../format/text.ts'
import { counted, number } from '../format/words.ts'
import type { PrescriptionEvent, PrescriptionTrial, TrialResult } from '../index.ts'
import { type Dropped, droppedWords, type RacePart } from '../internal.ts'
import type { Progress, ProgressTask } from './terminal/progress.ts'

/** The trainings of each part of a race, in words. */
const partWords: Readonly<Record<RacePart, string>> = {
  first: 'short trainings',
  second: 'longer trainings',
  whole: 'whole trainings',
  final: 'final',
}

/** The trainings of one candidate in one round, which have one line together. */
interface Group {
  readonly task: ProgressTask
  readonly waiting: Set<PrescriptionTrial>
  readonly done: Map<PrescriptionTrial, number>
  /** The lowest training loss so far, and its rate. */
  best?: { readonly loss: number; readonly rate: number }
}

type RaceEvent = Exclude<PrescriptionEvent, { readonly kind: 'facts' | 'note' }>

/** Returns an event handler that shows a race. */
export function showRace(progress: Progress): (event: RaceEvent) => void {
  const groups = new Map<string, Group>()
  // In the final, the given network and the network at its best rate are two candidates.
  const nameOf = ({ candidate, part, rate }: PrescriptionTrial): string =>
    part === 'final' ? `${candidate} at ${number(rate)}, final` : `${candidate}, ${partWords[part]}`
  const plan = (trials: readonly PrescriptionTrial[]): void => {
    groups.clear()
    for (const name of new Set(trials.map(nameOf))) {
      const own = trials.filter((trial) => nameOf(trial) === name)
      const sum = (of: (trial: PrescriptionTrial) => number): number => own.reduce((all, trial) => all + of(trial), 0)
      const steps = sum(({ settings }) => settings.steps)
      const task = progress.task(name, steps, { unit: 'step', cost: sum(({ work }) => work) / steps })
      groups.set(name, { task, waiting: new Set(own), done: new Map() })
    }
  }
  return (event) => {
    switch (event.kind) {
      case 'plan': {
        const { candidates, steps, seconds } = event.plan
        const about = `about ${formatDuration(seconds)}`
        return progress.note(
          `${counted(candidates, 'change')} and the network race, in trainings of up to ${counted(steps, 'step')}: ${about}.`,
        )
      }
      case 'round':
        for (const one of event.dropped) progress.note(droppedLine(one, event.guessing))
        return
      case 'planned':
        if (event.found.length > 0) progress.note(`${counted(event.found.length, 'training')} are stored already.`)
        return plan(event.trials)
      case 'started':
        return
      case 'progress': {
        const { trial, done, losses } = event
        const group = groups.get(nameOf(trial))
        if (group === undefined || done === 0) return
        group.done.set(trial, done)
        group.task.update(totalOf(group), { loss: losses.at(-1)?.loss })
        return
      }
      case 'finished': {
        const group = groups.get(nameOf(event.trial))
        if (group) end(group, event.trial, event.result)
      }
    }
  }
}

const totalOf = ({ done }: Group): number => [...done.values()].reduce((sum, steps) => sum + steps, 0)

function end(group: Group, trial: PrescriptionTrial, result: TrialResult | undefined): void {
  group.waiting.delete(trial)
  const loss = result?.diverged === null ? result.scores.train.loss : null
  if (loss !== null && loss < (group.best?.loss ?? Number.POSITIVE_INFINITY)) group.best = { loss, rate: trial.rate }
  if (group.waiting.size > 0) return
  const { best } = group
  group.task.finish(
    best ? `best training loss ${number(best.loss)} at the rate ${number(best.rate)}` : result ? 'diverged' : 'stopped',
  )
}

function droppedLine(dropped: Dropped, guessing: number): string {
  return `Dropped: ${dropped.racer}, ${droppedWords(dropped, guessing)} (${dropped.leader.racer}).`
}
