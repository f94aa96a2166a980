/** Chooses the machine for a call of the public API: the machine that the caller gave, or a new one for this call. */
import { createMachine, type Machine, type Mode } from '../backends/machine.ts'
import { machine as machineOptions } from '../settings/machine.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Input, pickOptions } from '../support/fields.ts'
import type { Kind } from '../support/kinds.ts'

const made: Kind<Machine> = {
  expected: 'a machine',
  accepts: isMachine,
  remedy: () => 'Await createMachine and give its result, or leave the option out.',
}

function isMachine(value: unknown): value is Machine {
  if (typeof value !== 'object' || value === null || !('backend' in value && 'createWorkerBackend' in value))
    return false
  return typeof value.backend === 'function' && typeof value.createWorkerBackend === 'function'
}

/** Table of the options for the machine of a call: a machine, or the options of a new machine for this call. */
export const machineChoice = {
  /**
   * Machine to compute on: the awaited result of `createMachine`. A call doesn't dispose of a machine that the caller
   * gave. A machine can't be combined with `threads`, `exact`, `winograd` or `memoryLimit`. By default, the call
   * creates a machine with the backend wasm on all cores, and disposes of it at the end.
   */
  machine: field(made),
  ...machineOptions,
} satisfies Fields

/** Options for the machine of a call: a machine, or the options of a machine that is created for this call. */
export type MachineChoice = Input<typeof machineChoice>

/**
 * Calls `work` with the machine that the caller gave, or with a new machine. Throws an `option` error if a machine is
 * combined with options of a machine, or if an option is invalid.
 */
export async function withMachine<T>(choice: MachineChoice, work: (machine: Machine) => Promise<T>): Promise<T> {
  const { machine, threads, exact, winograd, memoryLimit } = choice
  checkMachineChoice(choice)
  if (machine) return work(machine)
  const own = await createMachine({ threads, exact, winograd, memoryLimit })
  try {
    return await work(own)
  } finally {
    own.dispose()
  }
}

/** Throws an `option` error if a machine is combined with options of a machine, or if an option is invalid. */
export function checkMachineChoice(choice: MachineChoice): void {
  const { machine } = pickOptions(machineChoice, choice)
  if (machine === undefined) return
  const also = Object.keys(machineOptions).find((name) => Reflect.get(choice, name) !== undefined)
  if (also === undefined) return
  throw new IsobathError(
    'option',
    `machine: expected a machine or ${also}, got both. Give ${also} to createMachine, or leave the machine out.`,
  )
}

/** Mode of computation that the options ask for. Parts of the mode that the options leave open are undefined. */
export function askedMode({ machine, exact, winograd }: MachineChoice): Partial<Mode> {
  return machine ? machine.mode : { backend: 'wasm', precision: 'float32', exact, winograd }
}

/**
 * Options of the machine for a run, comparison or diagnosis that resumes. If the caller gave no machine, a new machine
 * computes in the mode that the folder stores.
 */
export function resumedMachine(
  choice: MachineChoice,
  { exact, winograd }: Pick<Mode, 'exact' | 'winograd'>,
): MachineChoice {
  const { machine, threads, memoryLimit } = choice
  return machine ? { machine } : { threads, memoryLimit, exact, winograd }
}

/**
 * Converts a mode to the form in which a folder stores it. The stored mode names the backend unless the backend is
 * wasm. Throws an `option` error if the precision isn't float32, because a folder stores weights in float32.
 */
export function storedMode({ backend, ...mode }: Mode): Omit<Mode, 'backend'> & { readonly backend?: string } {
  if (mode.precision !== 'float32') {
    throw new IsobathError(
      'option',
      `run: expected a machine that computes in float32, because a folder stores float32 weights, got a machine in ${mode.precision}. Leave run out.`,
    )
  }
  return backend === 'wasm' ? mode : { ...mode, backend }
}
