/** The command line: commands, help, and what each kind of failure means for the exit status. */
import { Command, CommanderError } from 'commander'
import { IsobathError, version } from '../index.ts'
import { compareCommand } from './commands/compare.ts'
import { countCommand } from './commands/count.ts'
import { dataCommand } from './commands/data.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { initCommand } from './commands/init.ts'
import { showCommand } from './commands/show.ts'
import { startCommand } from './commands/start.ts'
import { trainCommand } from './commands/train.ts'
import { describeNetworks } from './network-argument.ts'

/** 0: an answer, whatever it is; 1: the program or the disk failed; 2: the user's input is wrong. */
const exitStatus = { answer: 0, failure: 1, input: 2 } as const

function createProgram(): Command {
  const program = new Command('isobath')
    .description(
      'The depth lab for neural networks: trains them, from 2 to 10,000 layers, and shows what depth does to them.',
    )
    .version(version)
    .showHelpAfterError('(isobath --help lists the commands, isobath COMMAND --help a command’s options)')
    .addHelpText('after', `\n${describeNetworks()}`)
  const commands = [
    startCommand(),
    trainCommand(),
    evaluateCommand(),
    compareCommand(),
    showCommand(),
    countCommand(),
    initCommand(),
    dataCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  overrideExit(program)
  return program
}

/** Errors are thrown up to `main` by every command, however deep. */
function overrideExit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) overrideExit(child)
}

/** Runs a command line; gives the process's exit status. */
export async function main(words: readonly string[]): Promise<number> {
  // A reader that closes the pipe early, such as head, has seen what it wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitStatus.answer)
    throw error
  })
  const program = createProgram()
  try {
    if (words.length === 0) {
      program.outputHelp()
      return exitStatus.answer
    }
    await program.parseAsync(words, { from: 'user' })
    return process.exitCode === undefined ? exitStatus.answer : Number(process.exitCode)
  } catch (error) {
    return report(error)
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.answer : exitStatus.input
  if (error instanceof IsobathError && error.code !== 'internal') {
    process.stderr.write(`isobath: ${error.message}\n`)
    return error.code === 'disk' ? exitStatus.failure : exitStatus.input
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`isobath: this is a defect of Isobath, please report it:\n${text}\n`)
  return exitStatus.failure
}
