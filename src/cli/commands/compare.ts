import { type Command, Option } from 'commander'
import { IsobathError } from '../../index.ts'
import { compareNetworks, comparisonJson } from '../comparison.ts'
import { addDataOptions, type DataFlags, dataFiles } from '../data-options.ts'
import { wholeFrom, wholeList } from '../numbers.ts'
import { addMachineOptions, type MachineFlags } from '../options.ts'
import { printJson, printText, writeText } from '../output.ts'
import { checkFigure, checkOutput } from '../output-files.ts'
import { quote } from '../quote.ts'
import { addTrainingOptions, type TrainingFlags } from '../training-options.ts'

type Flags = DataFlags &
  TrainingFlags &
  MachineFlags & { depths?: number[]; seeds: number; report?: string; figure?: string }

const example = [
  'isobath compare mlp:width=64 residual-mlp:width=64 --data glyphs \\',
  '    --depths 4,16,64 --epochs 6 --report report.html',
].join('\n')

/** `compare NETWORK... --depths 4,16,64 --seeds 3`; `words` is the whole command line, for the report. */
export function defineCompare(command: Command, words: readonly string[]): Command {
  command
    .argument(
      '<network...>',
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
    .option('--report <file>', 'write an HTML report with pictures')
    .option('--figure <file>', 'write the main picture as SVG')
    .addHelpText('after', `\nExample:\n  ${example}`)
  addMachineOptions(addTrainingOptions(addDataOptions(command)))
  return command.action(async (networks: string[], flags: Flags) => {
    const repeated = networks.find((text, index) => networks.indexOf(text) !== index)
    if (repeated !== undefined)
      throw new IsobathError('option', `compare: expected different networks, got ${repeated} twice. Leave one out.`)
    const files = [flags.report, flags.figure].filter((file) => file !== undefined)
    const inputs = [networks, dataFiles(flags)]
    if (flags.report !== undefined) checkOutput({ option: '--report', file: flags.report, kind: 'HTML', inputs })
    if (flags.figure !== undefined) checkFigure(flags.figure, inputs)
    const result = await compareNetworks(networks, flags, `isobath ${words.map(quote).join(' ')}`)
    // Printed first: a disk that is full by now must not take the answer with it.
    if (flags.json) printJson(comparisonJson(result))
    else printText(result.text())
    // Pictures of nothing would take the place of earlier ones.
    if (result.comparison.rows.length === 0) {
      if (!flags.json && files.length > 0) printText(`Not written: ${files.join(', ')}`)
      return
    }
    if (flags.report !== undefined) writeText(flags.report, result.html())
    if (flags.figure !== undefined) writeText(flags.figure, result.picture())
    if (!flags.json && files.length > 0) printText(`Written: ${files.join(', ')}`)
  })
}
