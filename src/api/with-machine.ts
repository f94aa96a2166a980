/** The machine that a verb works on: one that its caller gave, or one of its own. */
import { createMachine, type Machine, type Mode } from '../backends/machine.ts'
import { machine as machineOptions } from '../settings/machine.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Input, pickOptions } from '../support/fields.ts'
import type { Kind } from '../support/kinds.ts'

const made: Kind<Machine> = {
  expected: 'a machine',
  accepts: isMachine,
  remedy: () => 'Give what createMachine returns, once it has returned it, or leave it out.',
}

function isMachine(value: unknown): value is Machine {
  if (typeof value !== 'object' || value === null || !('backend' in value && 'createWorkerBackend' in value))
    return false
  return typeof value.backend === 'function' && typeof value.createWorkerBackend === 'function'
}

/** A machine, or the options of one that lasts as long as the call: wasm, on all cores by default. */
export const machineChoice = {
  /** As `createMachine` gives it; it is not disposed of. Leaves no room for the other options. */
  machine: field(made),
  ...machineOptions,
} satisfies Fields

export type MachineChoice = Input<typeof machineChoice>

/** Throws an `option` error where both a machine and the options of one are given, and on a bad option. */
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

/** Throws an `option` error. */
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

/** The mode that the options ask for, as far as they say. */
export function askedMode({ machine, exact, winograd }: MachineChoice): Partial<Mode> {
  return machine ? machine.mode : { backend: 'wasm', precision: 'float32', exact, winograd }
}

/** Options to go on with: the machine that was given, or one in the mode that a run or a diagnosis began with. */
export function resumedMachine(
  choice: MachineChoice,
  { exact, winograd }: Pick<Mode, 'exact' | 'winograd'>,
): MachineChoice {
  const { machine, threads, memoryLimit } = choice
  return machine ? { machine } : { threads, memoryLimit, exact, winograd }
}

/**
 * The mode as a folder keeps it; wasm, the usual backend, has no name there. Throws an `option` error where the folder
 * would round the weights: it keeps them in float32.
 */
export function storedMode({ backend, ...mode }: Mode): Omit<Mode, 'backend'> & { readonly backend?: string } {
  if (mode.precision !== 'float32') {
    throw new IsobathError(
      'option',
      `run: expected a machine that computes in float32, as the weights in a folder are, got one in ${mode.precision}. Leave run out.`,
    )
  }
  return backend === 'wasm' ? mode : { ...mode, backend }
}
