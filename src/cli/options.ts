/** What is printed, and the machine's part: the options that every command shares. */
import type { Command } from 'commander'
import type { MachineOptions } from '../index.ts'
import { machine, training } from '../internal.ts'
import { fieldOption, givenOptions } from './field-options.ts'

export interface MachineFlags {
  readonly json?: boolean
  readonly seed: number
  readonly threads?: number
  readonly exact?: boolean
  /** False where `--no-winograd` was given. */
  readonly winograd?: boolean
  readonly memory?: number
}

export type CommonOption = 'seed' | 'threads'

/** Every command takes these; the help of one that does the same whatever they say leaves them out. */
export function addCommonOptions(command: Command, uses: readonly CommonOption[]): Command {
  return command
    .optionsGroup('Options:')
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .addOption(fieldOption(training.seed).hideHelp(!uses.includes('seed')))
    .setOptionValueWithSource('seed', training.seed.default, 'default')
    .addOption(fieldOption(machine.threads).hideHelp(!uses.includes('threads')))
}

export function addMachineOptions(command: Command, uses: readonly CommonOption[] = ['seed', 'threads']): Command {
  addCommonOptions(command, uses)
  for (const row of [machine.exact, machine.winograd, machine.memoryLimit]) command.addOption(fieldOption(row))
  return command
}

/** How a run computes that is used again: that holds where nothing else is asked for. */
type ModeFlags = Pick<MachineOptions, 'exact' | 'winograd'>

export function machineOptions(flags: object, run: ModeFlags = {}): MachineOptions {
  return { ...run, ...givenOptions(machine, flags) }
}
