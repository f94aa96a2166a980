/** The command line: its commands, its help, and the exit status of each kind of failure. */
import { type Command, CommanderError, Help } from 'commander'
import { type ErrorCode, IsobathError } from '../support/errors.ts'
import { reasonOf } from '../support/files.ts'
import { version } from '../support/version.ts'
import { type CommandRow, commandList } from './command-list.ts'
import { describeNetworks } from './describe-networks.ts'
import { wasStopped } from './interrupt.ts'
import { printable } from './printable.ts'
import { ProgramCommand } from './program-command.ts'
import { programName } from './program-name.ts'
import { withCurrentSpelling, withTypedFlag } from './renamed-flags.ts'

/**
 * Exit statuses:
 * - Status 0: the command gave an answer, good or bad.
 * - Status 1: the program, the disk or a download failed.
 * - Status 2: the user's input is wrong.
 * - Status 130: a signal stopped the work, and stdout was closed, so nobody could read that the work was stopped.
 */
const exitStatus = { answer: 0, failure: 1, input: 2, stopped: 130 } as const

const description =
  'Isobath trains, compares and diagnoses neural networks from 2 to 10,000 layers, and shows what depth does to them.'

function createProgram(words: readonly string[], given: readonly string[]): Command {
  const program = new ProgramCommand('isobath').description(description).version(version)
  program.configureOutput({
    outputError: (text, write) => write(printable(withTypedFlag(text, given, words)).replace(/^error: /, 'isobath: ')),
  })
  program.configureHelp({ subcommandTerm: termOf })
  program.addHelpText('after', () => `\n${describeNetworks()}`)
  for (const { name, description } of commandList) program.command(name).description(description)
  configure(program, programName())
  program.hook('preSubcommand', (_, command) => define(command, words))
  return program
}

/** Loads the arguments, the options and the action of a command. */
async function define(command: Command, words: readonly string[]): Promise<void> {
  const row = rowOf(command)
  if (row === undefined) return
  const defineCommand = await row.load()
  defineCommand(command, words)
  configure(command, `${programName()} ${row.name}`)
}

function rowOf(command: Command): CommandRow | undefined {
  return commandList.find(({ name }) => name === command.name() && command.parent?.parent === null)
}

/**
 * Returns a command with its arguments for the help. The arguments come from the list of commands, since the code of
 * the command may not be loaded yet.
 */
function termOf(this: Help, command: Command): string {
  const row = rowOf(command)
  return row === undefined ? Help.prototype.subcommandTerm.call(this, command) : `${row.name} ${row.usage}`.trimEnd()
}

/**
 * Makes a command and its subcommands throw their errors up to `main`. Each error message names the help of the command
 * that failed.
 */
function configure(command: Command, name: string): void {
  const lists = command.commands.length > 0 ? 'commands' : 'options'
  command.exitOverride().showHelpAfterError(`(${name} --help lists the ${lists})`)
  for (const child of command.commands) configure(child.copyInheritedSettings(command), `${name} ${child.name()}`)
}

/** Runs a command line. Returns the exit status of the process. */
export async function main(given: readonly string[]): Promise<number> {
  onError(process.stdout, onStdoutError)
  onError(process.stderr, onStderrError)
  const words = withCurrentSpelling(given, (text) => process.stderr.write(`isobath: ${text}\n`))
  const program = createProgram(words, given)
  try {
    if (words.length === 0) {
      program.outputHelp()
      return exitStatus.answer
    }
    // `help NAME` prints the help of a command without calling the command.
    const asked = words[0] === 'help' ? program.commands.find((command) => command.name() === words[1]) : undefined
    if (asked !== undefined) await define(asked, words)
    await program.parseAsync(words, { from: 'user' })
    return exitStatus.answer
  } catch (error) {
    return await report(error)
  }
}

type ErrorHandler = (error: NodeJS.ErrnoException) => void

function onError(stream: NodeJS.WriteStream, handler: ErrorHandler): void {
  if (!stream.listeners('error').includes(handler)) stream.on('error', handler)
}

/** Ignores errors of stderr. Progress and messages that nobody reads are no reason to end the work. */
function onStderrError(): void {}

/**
 * Handles errors of stdout. A reader that closes the pipe early, such as head, has read enough. The process does not
 * end when stdout is closed, because some commands still write files or have more work to do.
 */
function onStdoutError(error: NodeJS.ErrnoException): void {
  // A closed terminal gives the error code EIO, and so does a broken disk.
  const isClosed = error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY)
  if (!isClosed) onUnwritableStdout(error)
  // The sentence "Stopped after ..." is lost, and with status 0 a script would take the work for finished.
  else if (wasStopped()) process.off('exit', showStopped).on('exit', showStopped)
}

function showStopped(): void {
  process.exitCode ||= exitStatus.stopped
}

/** Reports that stdout can't be written, but only once, because a full disk refuses every part of the output. */
function onUnwritableStdout(error: NodeJS.ErrnoException): void {
  if (process.listeners('exit').includes(showFailure)) return
  process.on('exit', showFailure)
  const remedy =
    error.code === 'ENOSPC'
      ? 'Free some space, or send the output to another place.'
      : 'Send the output to another place.'
  process.stderr.write(`isobath: stdout: can't be written (${reasonOf(error)}). ${remedy}\n`)
}

function showFailure(): void {
  process.exitCode = exitStatus.failure
}

/** Codes of errors whose cause is not the user's input. */
const outsideFailures: ReadonlySet<ErrorCode> = new Set(['disk', 'download'])

/** Messages of V8 and Node about arrays and strings that do not fit into memory. */
const memoryErrors = /Invalid typed array length|Array buffer allocation failed|Invalid (string|array) length/

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.answer : exitStatus.input
  if (error instanceof IsobathError && error.code !== 'internal') {
    const { flagName } = await import('./field-options.ts')
    // The library writes `npx isobath`, because the library does not know how the command line was started.
    const text = error.wording(flagName).replaceAll('npx isobath ', `${programName()} `)
    process.stderr.write(`isobath: ${printable(text)}\n`)
    return outsideFailures.has(error.code) ? exitStatus.failure : exitStatus.input
  }
  if (error instanceof RangeError && memoryErrors.test(error.message)) {
    process.stderr.write(
      'isobath: this command needs more memory than the machine has. Use a narrower or shallower network.\n',
    )
    return exitStatus.input
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`isobath: this error is a defect of Isobath. Please report it:\n${text}\n`)
  return exitStatus.failure
}
