/** The options that every command has: output as JSON, the seed, the number of threads, and the computing mode. */
import type { Command } from 'commander'
import type { MachineOptions } from '../index.ts'
import { machine, training } from '../internal.ts'
import { fieldOption, givenOptions } from './field-options.ts'

export interface MachineFlags {
  readonly json?: boolean
  readonly seed: number
  readonly threads?: number
  readonly exact?: boolean
  /** Whether convolutions may use Winograd's algorithm; false if `--no-winograd` was given. */
  readonly winograd?: boolean
  readonly memory?: number
}

export type CommonOption = 'seed' | 'threads'

/**
 * Adds the options that every command accepts. The help shows --seed and --threads only if they have an effect on the
 * command.
 */
export function addCommonOptions(command: Command, uses: readonly CommonOption[]): Command {
  return command
    .optionsGroup('Options:')
    .option('--json', 'print the result on stdout as one JSON document, and nothing else')
    .addOption(fieldOption(training.seed).hideHelp(!uses.includes('seed')))
    .setOptionValueWithSource('seed', training.seed.default, 'default')
    .addOption(fieldOption(machine.threads).hideHelp(!uses.includes('threads')))
}

export function addMachineOptions(command: Command, uses: readonly CommonOption[] = ['seed', 'threads']): Command {
  addCommonOptions(command, uses)
  for (const row of [machine.exact, machine.winograd, machine.memoryLimit]) command.addOption(fieldOption(row))
  return command
}

/**
 * The computing mode of a stored run. A later command on the run uses the same computing mode, unless a flag sets
 * another mode.
 */
type ModeFlags = Pick<MachineOptions, 'exact' | 'winograd'>

export function machineOptions(flags: object, run: ModeFlags = {}): MachineOptions {
  return { ...run, ...givenOptions(machine, flags) }
}
