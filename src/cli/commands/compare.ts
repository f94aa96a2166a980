import { Command } from 'commander'
import { IsobathError } from '../../index.ts'
import { compareNetworks, comparisonJson } from '../comparison.ts'
import {
  addDataOptions,
  addMachineOptions,
  addTrainingOptions,
  type DataFlags,
  type MachineFlags,
  type TrainingFlags,
  wholeFrom,
  wholeList,
} from '../options.ts'
import { printJson, printText, writeText } from '../output.ts'

type Flags = DataFlags &
  TrainingFlags &
  MachineFlags & { depths: number[]; seeds: number; report?: string; figure?: string }

/** `compare NETWORK... --depths 4,16,64 --seeds 3` */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('train networks at several depths with several seeds, and say which is worse, in training and in test')
    .argument('<network...>', 'presets without their depth, such as mlp:width=64 residual-mlp:width=64')
    .option('--depths <list>', 'hidden layers, such as 4,16,64', wholeList(1), [4, 16, 64])
    .option('--seeds <n>', 'trainings of each network at each depth, with seeds from --seed on', wholeFrom(1), 3)
    .option('--report <file>', 'write an HTML report with pictures')
    .option('--figure <file>', 'write the main picture as SVG')
  addMachineOptions(addTrainingOptions(addDataOptions(command)))
  return command.action(async (networks: string[], flags: Flags) => {
    const repeated = networks.find((text, index) => networks.indexOf(text) !== index)
    if (repeated !== undefined) throw new IsobathError('option', `compare: ${repeated} is there twice. Leave one out.`)
    const words = process.argv.slice(2).map((word) => (/[\s'"$&|<>;*?()]/.test(word) ? JSON.stringify(word) : word))
    const result = await compareNetworks(networks, flags, `isobath ${words.join(' ')}`)
    if (flags.report !== undefined) writeText(flags.report, result.html())
    if (flags.figure !== undefined) writeText(flags.figure, result.picture())
    if (flags.json) return printJson(comparisonJson(result))
    const report = flags.report === undefined ? '' : `\nReport: ${flags.report}`
    return printText(`${result.text()}${report}`)
  })
}
