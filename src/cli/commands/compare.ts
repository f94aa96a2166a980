import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { IsobathError } from '../../index.ts'
import { type ComparisonResult, compareAgain, compareNetworks, comparisonJson } from '../comparison.ts'
import { addDataOptions, type DataFlags, dataFiles } from '../data-options.ts'
import { wholeFrom, wholeList } from '../numbers.ts'
import { addMachineOptions, type MachineFlags } from '../options.ts'
import { printJson, printText, writeText } from '../output.ts'
import { checkFigure, checkOutput } from '../output-files.ts'
import { programName } from '../program-name.ts'
import { quote } from '../quote.ts'
import { refuseChoices } from '../refuse-choices.ts'
import { addTrainingOptions, type TrainingFlags } from '../training-options.ts'

type Flags = DataFlags &
  TrainingFlags &
  MachineFlags & {
    depths?: number[]
    seeds: number
    run?: string
    resume?: string
    report?: string
    figure?: string
  }

const examples = `
Examples:
  isobath compare mlp:width=64 residual-mlp:width=64 --data glyphs \\
      --depths 4,16,64 --epochs 6 --report report.html
  isobath compare plain-20 plain-56 --data cifar-10 --run runs/depths
  isobath compare --resume runs/depths`

/** `compare NETWORK... --depths 4,16,64 --seeds 3`, `compare --resume FOLDER`; `words` is the whole command line, for the report. */
export function defineCompare(command: Command, words: readonly string[]): Command {
  command
    .argument(
      '[network...]',
      'presets without their depth, such as mlp:width=64 residual-mlp:width=64, or plain-N resnet-N',
    )
    .optionsGroup('Comparison:')
    .addOption(
      new Option(
        '--depths <list>',
        "numbers of hidden layers, or what N is in resnet-N (default: those in the networks' names, or 4,16,64)",
      ).argParser(wholeList(1)),
    )
    .option('--seeds <n>', 'trainings of each network at each depth, with seeds from --seed on', wholeFrom(1), 3)
    .option('--run <folder>', 'keep the trainings there, to go on with them, and the report (default: nothing is kept)')
    .option('--resume <folder>', 'go on with a comparison that was stopped or killed; nothing else is needed')
    .option('--report <file>', 'write an HTML report with pictures')
    .option('--figure <file>', 'write the main picture as SVG')
    .addHelpText('after', examples)
  addMachineOptions(addTrainingOptions(addDataOptions(command)))
  const commandLine = `${programName()} ${words.map(quote).join(' ')}`
  return command.action(async (networks: string[], flags: Flags) => {
    const inputs = [networks, dataFiles(flags)]
    if (flags.report !== undefined)
      checkOutput({ option: '--report', file: flags.report, kind: 'HTML', inputs, folder: flags.run })
    if (flags.figure !== undefined) checkFigure(flags.figure, inputs, [flags.report])
    if (flags.resume !== undefined) {
      refuseChoices(
        command,
        resumable,
        '--resume: the comparison goes on as it began',
        networks.join(', ') || undefined,
      )
      return print(await compareAgain(flags.resume, flags, commandLine), flags.resume, flags)
    }
    if (networks.length === 0) return command.error("error: missing required argument 'network'")
    const repeated = networks.find((text, index) => networks.indexOf(text) !== index)
    if (repeated !== undefined)
      throw new IsobathError('option', `compare: expected different networks, got ${repeated} twice. Leave one out.`)
    print(await compareNetworks(networks, flags, commandLine, flags.run), flags.run, flags)
  })
}

/** What doesn't make it another comparison; data and mode are compared. */
const resumable = new Set(['resume', 'report', 'figure', 'dataDir', 'exact', 'winograd', 'threads', 'memory', 'json'])

function print(result: ComparisonResult, folder: string | undefined, { json, report, figure }: Flags): void {
  const { interrupted, rows } = result.comparison
  // Stopped in its first moments, it has kept nothing.
  const stored = folder !== undefined && existsSync(join(folder, 'comparison.json')) ? folder : undefined
  // Printed first: a disk that is full by now must not take the answer with it.
  if (json) printJson({ ...comparisonJson(result), run: stored ?? null })
  else printText(result.text())
  if (!json && stored !== undefined && interrupted)
    printText(`Go on with: ${programName()} compare --resume ${quote(stored)}`)
  const reports = [stored && join(stored, 'report.html'), report].filter((file) => file !== undefined)
  const files = figure === undefined ? reports : [...reports, figure]
  // Pictures of nothing would take the place of earlier ones.
  if (rows.length === 0) {
    if (!json && files.length > 0) printText(`Not written: ${files.join(', ')}`)
    return
  }
  for (const file of reports) writeText(file, result.html())
  if (figure !== undefined) writeText(figure, result.picture())
  if (!json && files.length > 0) printText(`Written: ${files.join(', ')}`)
}
