/** What is printed, and the machine's part: the options that every command shares. */
import { type Command, Option } from 'commander'
import { parseBytes, wholeFrom } from './numbers.ts'

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
  const seed = new Option('--seed <n>', 'chooses initial weights, order and dropout masks')
  const threads = new Option('--threads <n>', 'threads to use (default: one for each core)')
  return command
    .optionsGroup('Options:')
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .addOption(seed.argParser(wholeFrom(0)).default(0).hideHelp(!uses.includes('seed')))
    .addOption(threads.argParser(wholeFrom(1)).hideHelp(!uses.includes('threads')))
}

export function addMachineOptions(command: Command, uses: readonly CommonOption[] = ['seed', 'threads']): Command {
  return addCommonOptions(command, uses)
    .option('--exact', 'the same bits on every machine, at some cost in speed')
    .option('--no-winograd', noWinogradHelp)
    .option('--memory <size>', 'the most memory a program may use, such as 2GiB (default: 4GiB)', parseBytes)
}

export const noWinogradHelp = 'convolutions by the direct sum alone: slower, and rounded a little less'

/** Of a run that is used again: its mode goes where none is asked for. */
interface Mode {
  readonly exact?: boolean
  readonly winograd?: boolean
}

export function machineOptions({ threads, exact, winograd, memory }: MachineFlags, run: Mode = {}) {
  // The flag is true where it wasn't given, and then nothing was asked for.
  const asked = winograd === false ? false : undefined
  return { threads, exact: exact ?? run.exact, winograd: asked ?? run.winograd, memoryLimit: memory }
}
