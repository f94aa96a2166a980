/** What is printed, and the machine's part: the options that every command shares. */
import type { Command } from 'commander'
import { parseBytes, wholeFrom } from './numbers.ts'

export interface MachineFlags {
  readonly json?: boolean
  readonly seed: number
  readonly threads?: number
  readonly exact?: boolean
  readonly memory?: number
}

/** Every command has these. */
export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Options:')
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .option('--seed <n>', 'chooses initial weights, order and dropout masks', wholeFrom(0), 0)
    .option('--threads <n>', 'threads to use (default: one for each core)', wholeFrom(1))
}

export function addMachineOptions(command: Command): Command {
  return addCommonOptions(command)
    .option('--exact', 'the same bits on every machine, at some cost in speed')
    .option('--memory <size>', 'the most memory a program may use, such as 2GiB (default: 4GiB)', parseBytes)
}

export function machineOptions({ threads, exact, memory }: MachineFlags) {
  return { threads, exact, memoryLimit: memory }
}
