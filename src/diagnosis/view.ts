/** The evidence at the best rates: every network is judged by its trainings at its own best rate. */
import type { Need } from './causes/assessment.ts'
import { changeOf, controlOf, nameAt } from './controls.ts'
import type { Evidence } from './evidence.ts'
import { type Climber, type Ladder, ladderOf } from './ladder.ts'

/**
 * The evidence in which the records of a control are its trainings at the best rate known. The twins are at their own best
 * rates, and all other controls are at the network's best rate. Causes read the view like evidence, because the names of
 * the controls have no rate.
 */
export interface View extends Evidence {
  /** The evidence at the rates of the diagnosed training. */
  readonly given: Evidence
  readonly ladders: Readonly<Record<Climber, Ladder>>
  /** Positions of the best rates on the ladders. */
  readonly best: Readonly<Record<Climber, number>>
}

export function viewOf(given: Evidence): View {
  const ladders = {
    network: ladderOf(given, 'network'),
    'shallow twin': ladderOf(given, 'shallow twin'),
    'shallower twin': ladderOf(given, 'shallower twin'),
  }
  const best = {
    network: ladders.network.best,
    'shallow twin': ladders['shallow twin'].best,
    'shallower twin': ladders['shallower twin'].best,
  }
  const records = given.records.flatMap((record) => {
    const { change, position } = controlOf(record.control)
    return changeOf(change).kind === 'short' || position !== best[climberOf(change)]
      ? []
      : [{ ...record, control: change }]
  })
  return { ...given, records, given, ladders, best }
}

/** The network whose best rate a change uses. */
const climberOf = (change: string): Climber =>
  change === 'shallow twin' || change === 'shallower twin' ? change : 'network'

/** Returns a need of a cause at the best rate. Needs that name a rate, and short trainings, stay unchanged. */
export function atBestRate(need: Need, { best }: Pick<View, 'best'>): Need {
  if (!('control' in need) || need.isAtGivenRate) return need
  const { change, position } = controlOf(need.control)
  if (position !== 0 || changeOf(change).kind === 'short') return need
  return { ...need, control: nameAt(change, best[climberOf(change)]) }
}
