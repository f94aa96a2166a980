/**
 * Observers of a training. An observer reads the values of the training program between two steps and changes nothing.
 */
import type { Program } from '../backends/backend.ts'
import { IsobathError } from '../support/errors.ts'

/** The values that an observer can read after an update. */
export interface ObservedStep {
  /** Number of updates made so far, including the observed update. */
  readonly step: number
  /** Mean loss of the batch before the observed update, without weight decay. */
  readonly loss: number
  /**
   * Reads a parameter or a running statistic after the update, by name (`hidden.weight`). The values are in row-major
   * order of the parameter's shape in the blueprint. Throws an `option` error if the network has no parameter of that
   * name.
   */
  weights(name: string): Promise<Float64Array>
  /**
   * Reads the gradient of a trained parameter that the observed update used. The gradient doesn't include weight decay.
   * The gradient has the shape and the order of the parameter. Throws an `option` error if the network has no trained
   * parameter of that name.
   */
  gradient(name: string): Promise<Float64Array>
}

/** Reads weights and gradients of a network while it trains: `{ every: 10, observe: ({ step, loss }) => {...} }`. */
export interface Observer {
  /** Number n, a whole number of at least 1: the observer is called after every n-th update and after the last one. */
  readonly every: number
  /**
   * Called between two training steps. The training waits for the returned promise, and an error that `observe` throws
   * ends the training. Each read returns a new array, which the observer may keep or change.
   */
  observe(step: ObservedStep): void | Promise<void>
}

/** Throws an `option` error if the `every` of an observer isn't a whole number of at least 1. */
export function checkObservers(observers: readonly Observer[]): void {
  for (const { every } of observers) {
    if (Number.isSafeInteger(every) && every >= 1) continue
    throw new IsobathError('option', `observers: every: expected a whole number of at least 1, got ${every}.`)
  }
}

/** Calls the observers that are due after a step. `loss`: the loss of that step's batch before the update. */
export async function showObservers(
  observers: readonly Observer[],
  program: Program,
  { step, loss, isLast }: { readonly step: number; readonly loss: number; readonly isLast: boolean },
): Promise<void> {
  const names = new Set(program.graph.inputs.filter(({ role }) => role !== 'input').map(({ name }) => name))
  const outputs = new Set(program.graph.outputs.map(({ name }) => name))
  // A wrong parameter name throws an error at once, because an observer may never await the returned promise.
  const read = (known: ReadonlySet<string>, name: string, shown: string): Promise<Float64Array> => {
    if (known.has(name)) return program.download(name).then((values) => Float64Array.from(values))
    throw new IsobathError('option', `observers: expected a parameter of the network, got ${shown}.`)
  }
  for (const { every, observe } of observers) {
    if (step % every !== 0 && !isLast) continue
    await observe({
      step,
      loss,
      weights: (name) => read(names, name, name),
      gradient: (name) => read(outputs, `gradient.${name}`, name),
    })
  }
}
