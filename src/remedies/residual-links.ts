/**
 * Skip connections around the hidden layers (He et al. 2015). With the multiplier 1/L, the signal of any depth stays
 * within a constant factor, also where the branches end in ReLU and have a positive mean.
 */
import { linked } from './linked.ts'
import type { Remedy } from './remedy.ts'

export const residualLinks: Remedy = {
  size: 'skip',
  about: "adds each hidden layer's input to its output times 1/L, and leaves the weights as they are",
  apply: (task) =>
    linked(task, { multiplier: (links) => 1 / links }, (links) => `multiplied by ${links === 1 ? '1' : `1/${links}`}`),
}
