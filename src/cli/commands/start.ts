import { Command } from 'commander'
import { compareNetworks, comparisonJson } from '../comparison.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { checkWritable, printJson, printText, writeText } from '../output.ts'

/** The main job: small enough to end in less than a minute on two cores, deep enough to show what depth does. */
const mainJob = {
  networks: ['mlp:width=64', 'residual-mlp:width=64'],
  flags: {
    data: 'glyphs',
    optimizer: 'momentum',
    rate: 0.03,
    schedule: 'cosine',
    epochs: 4,
    loss: 'cross-entropy',
    standardise: 'per-channel',
    order: 'shuffled',
    depths: [4, 16, 64],
    seeds: 3,
  },
} as const

/** `start`: what `npm start` runs. */
export function startCommand(): Command {
  const command = new Command('start')
    .description('the main job: plain and residual networks of 4, 16 and 64 layers on generated images, with a report')
    .option('--report <file>', 'where to write the HTML report', 'isobath-report/index.html')
  return addCommonOptions(command, ['seed', 'threads']).action(async (flags: MachineFlags & { report: string }) => {
    const { networks, flags: job } = mainJob
    const { data, rate, schedule, epochs, depths, seeds } = job
    const choices = `--data ${data} --depths ${depths.join(',')} --seeds ${seeds} --rate ${rate} --schedule ${schedule} --epochs ${epochs}`
    const command = `isobath compare ${networks.join(' ')} ${choices} --report ${flags.report}`
    checkWritable(flags.report)
    const result = await compareNetworks(networks, { ...job, ...flags }, command)
    // Printed first: a disk that is full by now must not take the answer with it.
    if (flags.json) printJson({ ...comparisonJson(result), report: flags.report })
    else printText(result.text())
    writeText(flags.report, result.html())
    if (!flags.json) printText(`Report with pictures: ${flags.report}`)
  })
}
