/** ReZero (Bachlechner et al. 2020): each skip connection starts as the identity, and its branch joins in training. */
import { linked } from './linked.ts'
import type { Remedy } from './remedy.ts'

export const residualLinksFromZero: Remedy = {
  size: 'skip',
  about: "adds each hidden layer's input to its output times a trained number from 0, and leaves the weights",
  apply: (task) =>
    linked(task, { multiplier: () => 0, isTrained: true }, () => 'multiplied by a trained number that starts at 0'),
}
