import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { IsobathError } from '../../index.ts'
import { readNumbers } from '../../internal.ts'
import { type ComparisonResult, compareAgain, compareNetworks, comparisonJson } from '../comparison.ts'
import { addDataOptions, type DataFlags, dataFiles } from '../data-options.ts'
import { wholeFrom, wholeList } from '../numbers.ts'
import { addMachineOptions, type MachineFlags } from '../options.ts'
import { printJson, printText, writePicture, writeText } from '../output.ts'
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
    rates?: readonly number[]
    tune?: boolean
    run?: string
    resume?: string
    report?: string
    figure?: string
  }

const examples = `
Examples:
  isobath compare mlp:width=64 residual-mlp:width=64 --data glyphs \\
      --depths 4,16,64 --epochs 6 --report report.html
  isobath compare mlp:activation=tanh --depths 4,40 --data glyphs --tune
  isobath compare plain-20 plain-56 --data cifar-10 --run runs/depths
  isobath compare --resume runs/depths`

/**
 * Defines `compare NETWORK... --depths 4,16,64 --seeds 3` and `compare --resume FOLDER`. `words` is the whole command
 * line, which the report shows.
 */
export function defineCompare(command: Command, words: readonly string[]): Command {
  command
    .argument(
      '[network...]',
      'presets without a depth, such as mlp:width=64 residual-mlp:width=64, or plain-N resnet-N',
    )
    .optionsGroup('Comparison:')
    .addOption(
      new Option(
        '--depths <list>',
        'numbers of hidden layers, or values of N in resnet-N (default: the depths in the names, or 4,16,64)',
      ).argParser(wholeList(1)),
    )
    .option(
      '--seeds <n>',
      'number of trainings of each network at each depth, with seeds counted up from --seed',
      wholeFrom(1),
      3,
    )
    .addOption(
      new Option(
        '--rates <list>',
        'choose the best rate of each network from these rates, such as 0.003,0.01,0.03, and train at this rate too',
      ).argParser(rateList),
    )
    .option('--tune', 'search for the best rate of each network around --rate, and train at this rate too')
    .option(
      '--run <folder>',
      'folder that stores the trainings and the report, so that --resume works (default: nothing is stored)',
    )
    .option('--resume <folder>', 'resume the stopped or killed comparison in this folder, without any other options')
    .option('--report <file>', 'write an HTML report with pictures to this file')
    .option('--figure <file>', 'write the main picture to this file, as SVG')
    .addHelpText('after', examples)
  addMachineOptions(addTrainingOptions(addDataOptions(command)))
  return command.action(async (networks: string[], flags: Flags) => {
    const inputs = [networks, dataFiles(flags)]
    if (flags.report !== undefined)
      checkOutput({ option: '--report', file: flags.report, kind: 'HTML', inputs, folder: flags.run })
    if (flags.figure !== undefined) checkFigure(flags.figure, inputs, [flags.report])
    if (flags.resume !== undefined) {
      refuseChoices(
        command,
        resumable,
        '--resume: a resumed comparison keeps its own options',
        networks.join(', ') || undefined,
      )
      return print(await compareAgain(flags.resume, flags, words), flags.resume, flags)
    }
    if (networks.length === 0) return command.error("error: missing required argument 'network'")
    const repeated = networks.find((text, index) => networks.indexOf(text) !== index)
    if (repeated !== undefined)
      throw new IsobathError(
        'option',
        `compare: expected different networks, got ${repeated} twice. Remove one of the two.`,
      )
    print(await compareNetworks(networks, flags, { words, folder: flags.run }), flags.run, flags)
  })
}

/** Reads a list of rates, such as `0.003,0.01`. */
function rateList(text: string): readonly number[] {
  const rates = readNumbers(text)
  if (rates?.every((rate) => rate > 0)) return rates
  throw new InvalidArgumentError('Expected numbers above 0, such as 0.003,0.01,0.03.')
}

/**
 * Options that a resumed comparison may change. The options for data and computing mode are checked against the stored
 * comparison.
 */
const resumable = new Set(['resume', 'report', 'figure', 'dataDir', 'exact', 'winograd', 'threads', 'memory', 'json'])

function print(result: ComparisonResult, folder: string | undefined, { json, report, figure }: Flags): void {
  const { interrupted, rows } = result.comparison
  // A comparison that was stopped in its first moments has stored nothing.
  const stored = folder !== undefined && existsSync(join(folder, 'comparison.json')) ? folder : undefined
  // The answer is printed before any file is written, so a full disk can't prevent the answer.
  if (json) printJson({ ...comparisonJson(result), run: stored ?? null })
  else printText(result.text())
  if (!json && stored !== undefined && interrupted)
    printText(`Resume the comparison with: ${programName()} compare --resume ${quote(stored)}`)
  const reports = [stored && join(stored, 'report.html'), report].filter((file) => file !== undefined)
  const files = figure === undefined ? reports : [...reports, figure]
  // If no training was finished, no file is written, because empty pictures would replace earlier pictures.
  if (rows.length === 0) {
    if (!json && files.length > 0) printText(`No training was finished, so no file was written: ${files.join(', ')}`)
    return
  }
  for (const file of reports) writeText(file, result.html())
  if (figure !== undefined) writePicture(figure, result.picture())
  if (!json && files.length > 0) printText(`Written: ${files.join(', ')}`)
}
