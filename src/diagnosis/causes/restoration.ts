/** The result of an intervention that tests a suspect. */
import type { Cause } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import type { InterventionName } from './interventions.ts'

/** The effect of an intervention on the training loss, at the best rate of the intervention. */
export interface Restoration {
  readonly intervention: InterventionName
  readonly control: ControlName
  readonly rate: number
  /** Mean training loss of the network at its best rate. */
  readonly before: number
  /** Mean training loss with the intervention. A training that diverged counts as guessing. */
  readonly after: number
  /** Fraction of the gap between the network and the lowest comparable loss that the intervention closes. */
  readonly share: number
  readonly limit: number
  readonly seeds: number
}

export type Proof =
  /**
   * `no intervention`: no intervention applies to the network. `no gap`: the network's loss is so close to the lowest
   * loss that nothing is left to restore. `untried`: further trainings are needed.
   */
  | { readonly outcome: 'no intervention' | 'no gap' | 'untried' }
  | (Restoration & {
      readonly outcome: 'restores' | 'contributes' | 'does not restore' | 'unsure'
      /** Other mechanisms that the intervention removes as well. */
      readonly moved: readonly Cause[]
    })
