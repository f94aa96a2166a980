/** The ladders of rates as plain data: the rates at which each network was trained, with the results. */
import { summarize } from '../numerics/statistics.ts'
import { type ChangeName, type ControlName, changeOf, controlNames, controlOf, rateAt } from './controls.ts'
import { recordsOf } from './evidence.ts'
import type { Climber } from './ladder.ts'
import type { View } from './view.ts'

/** The trainings of a network at several rates. */
export interface RateLadder {
  /** The network whose best rate was sought. */
  readonly network: Climber
  /** Rate of the diagnosed training. */
  readonly givenRate: number
  /** Best rate among the rates that were trained with all seeds. */
  readonly bestRate: number
  /** The results: short trainings first, then whole trainings, each in rising order of the rates. */
  readonly rungs: readonly TriedRung[]
}

/** The trainings of a network at one rate. */
export interface TriedRung {
  /** Name of the control to which the trainings belong. */
  readonly control: ControlName
  /** Length of the trainings. The rate of a short training decays to 0. */
  readonly kind: 'short' | 'whole'
  readonly rate: number
  /** Number of seeds. */
  readonly seeds: number
  /** Number of seeds whose training diverged. */
  readonly diverged: number
  /** Mean training loss over the seeds, or null if a training diverged. */
  readonly loss: number | null
}

const climbers: readonly Climber[] = ['network', 'shallow twin', 'shallower twin']

/** Lists the ladders of the networks that were trained at more than one rate. */
export function triedRates({ given, best }: View): RateLadder[] {
  return climbers.flatMap((network) => {
    const rungs = (['short', 'whole'] as const).flatMap((kind) =>
      controlNames
        .filter((control) => kindOf(controlOf(control).change, network) === kind)
        .sort((one, other) => controlOf(one).position - controlOf(other).position)
        .flatMap((control): TriedRung[] => {
          const records = recordsOf(given, control)
          if (records.length === 0) return []
          const diverged = records.filter((record) => record.diverged !== null).length
          const loss = diverged > 0 ? null : (summarize(records.map(({ train }) => train.loss))?.mean ?? null)
          const rate = rateAt(given.rate, controlOf(control).position)
          return [{ control, kind, rate, seeds: records.length, diverged, loss }]
        }),
    )
    if (new Set(rungs.map(({ rate }) => rate)).size < 2) return []
    return [{ network, givenRate: given.rate, bestRate: rateAt(given.rate, best[network]), rungs }]
  })
}

/** The length of a change's trainings on the ladder of a network, or null if the change is not on the ladder. */
function kindOf(name: ChangeName, network: Climber): TriedRung['kind'] | null {
  const change = changeOf(name)
  if (change.kind === 'short') return change.of === network ? 'short' : null
  return name === network ? 'whole' : null
}
