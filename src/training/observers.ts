/** Those who look on while a network trains: they are shown the program between two steps, and change nothing. */
import type { Program } from '../backends/backend.ts'
import { IsobathError } from '../support/errors.ts'

/** What an observer sees after an update. */
export interface ObservedStep {
  /** Updates made so far, the one just made included. */
  readonly step: number
  /** The batch's mean loss before that update. */
  readonly loss: number
  /** A parameter or running statistic after the update, by name (`hidden.weight`), in the network's shape, row by row. */
  weights(name: string): Float64Array
  /** The gradient of a trained parameter that the update was made from, before weight decay. */
  gradient(name: string): Float64Array
}

export interface Observer {
  /** Called after every so manieth update, and after the last. */
  readonly every: number
  /** What it throws ends the training. The training waits for it; what was read is the observer's own. */
  observe(step: ObservedStep): void | Promise<void>
}

export function checkObservers(observers: readonly Observer[]): void {
  for (const { every } of observers) {
    if (Number.isSafeInteger(every) && every >= 1) continue
    throw new IsobathError('option', `observers: every: expected a whole number of at least 1, got ${every}.`)
  }
}

/** Shows those whose turn it is the program after a step, whose inputs are in the given slot of the ring. */
export async function showObservers(
  observers: readonly Observer[],
  program: Program,
  { step, slot, isLast }: { readonly step: number; readonly slot: number; readonly isLast: boolean },
): Promise<void> {
  const names = new Set(program.graph.inputs.filter(({ role }) => role !== 'input').map(({ name }) => name))
  const outputs = new Set(program.graph.outputs.map(({ name }) => name))
  const read = (known: ReadonlySet<string>, name: string, shown: string): Float64Array => {
    if (known.has(name)) return program.read(name)
    throw new IsobathError('option', `observers: expected a parameter of the network, got ${shown}.`)
  }
  for (const { every, observe } of observers) {
    if (step % every !== 0 && !isLast) continue
    await observe({
      step,
      loss: program.read('loss', slot)[0],
      weights: (name) => read(names, name, name),
      gradient: (name) => read(outputs, `gradient.${name}`, name),
    })
  }
}
