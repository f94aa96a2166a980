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
  weights(name: string): Promise<Float64Array>
  /** The gradient of a trained parameter that the update was made from, before weight decay. */
  gradient(name: string): Promise<Float64Array>
}

export interface Observer {
  /** Called after every so manieth update, and after the last. */
  readonly every: number
  /** The training waits for it, and an error ends the training. Values that were read are the observer's own. */
  observe(step: ObservedStep): void | Promise<void>
}

export function checkObservers(observers: readonly Observer[]): void {
  for (const { every } of observers) {
    if (Number.isSafeInteger(every) && every >= 1) continue
    throw new IsobathError('option', `observers: every: expected a whole number of at least 1, got ${every}.`)
  }
}

/** Shows those whose turn it is the program after a step with this loss. */
export async function showObservers(
  observers: readonly Observer[],
  program: Program,
  { step, loss, isLast }: { readonly step: number; readonly loss: number; readonly isLast: boolean },
): Promise<void> {
  const names = new Set(program.graph.inputs.filter(({ role }) => role !== 'input').map(({ name }) => name))
  const outputs = new Set(program.graph.outputs.map(({ name }) => name))
  // A wrong name is refused at once: an observer may do without the answer.
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
