import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { parseNetwork } from '../../index.ts'
import { compareNetworks, comparisonJson } from '../comparison.ts'
import { openData } from '../data-options.ts'
import { type DiagnosisResult, diagnoseNetwork, writeCure } from '../diagnosis.ts'
import { addCommonOptions, type MachineFlags, machineOptions } from '../options.ts'
import { printJson, printText, writeText } from '../output.ts'
import { checkOutput } from '../output-files.ts'
import { programName } from '../program-name.ts'
import { trainingOptions } from '../training-options.ts'

/**
 * The comparison that `start` runs. The comparison is small enough to end in less than a minute on two cores, and deep
 * enough to show the effect of depth.
 */
const mainJob = {
  networks: ['mlp:width=64', 'residual-mlp:width=64'],
  flags: {
    data: 'glyphs',
    optimizer: 'momentum',
    rate: 0.03,
    schedule: 'cosine',
    epochs: 4,
    loss: 'cross-entropy',
    standardize: 'per-channel',
    order: 'shuffled',
    depths: [4, 16, 64],
    seeds: 3,
  },
} as const

/**
 * The diagnosis that `start` runs, with a budget in seconds. The network of the diagnosis is the deepest plain network
 * of the comparison.
 */
const diagnosed = { text: 'mlp:depth=64,width=64', seconds: 90 } as const

/** Text that is printed first, because progress bars alone do not say what is running. */
const announcement = [
  'Isobath trains a plain and a residual network of 4, 16 and 64 layers on generated images.',
  'Every network is trained with three seeds, which makes 18 trainings.',
  'Then Isobath diagnoses why the plain network of 64 layers fails.',
  'The diagnosis ends with a change that mends the network, measured with fresh seeds.',
  'The whole job takes about two minutes on two cores.',
  'Ctrl-C stops the job and prints the results so far.',
  '',
].join('\n')

/** Defines `start`, which `npm start` runs: a comparison and a diagnosis, with reports. */
export function defineStart(command: Command): Command {
  command.option('--report <file>', 'file for the HTML report', 'isobath-report/index.html')
  return addCommonOptions(command, ['seed', 'threads']).action(async (flags: MachineFlags & { report: string }) => {
    const { networks, flags: job } = mainJob
    const { data, rate, schedule, epochs, depths, seeds } = job
    const choices = `--data ${data} --depths ${depths.join(',')} --seeds ${seeds} --rate ${rate} --schedule ${schedule} --epochs ${epochs}`
    const words = ['compare', ...networks, ...choices.split(' '), '--report', flags.report]
    const second = join(dirname(flags.report), 'diagnosis.html')
    for (const file of [flags.report, second]) checkOutput({ option: '--report', file, kind: 'HTML', inputs: [] })
    if (!flags.json) printText(announcement)
    const result = await compareNetworks(networks, { ...job, ...flags }, { words })
    // The answer is printed before any file is written, so a full disk can't prevent the answer.
    if (!flags.json) printText(result.text())
    writeText(flags.report, result.html())
    if (!flags.json) printText(`Report with pictures: ${flags.report}\n`)
    if (result.comparison.interrupted) {
      if (flags.json) printJson({ ...comparisonJson(result), report: flags.report })
      return
    }
    const { diagnosis, text, html } = await diagnoseDeepest(flags, second)
    if (flags.json) printJson({ ...comparisonJson(result), report: flags.report, diagnosis, diagnosisReport: second })
    else printText(text())
    const { cure } = diagnosis
    if (cure?.network) writeCure(dirname(second), cure.network)
    writeText(second, html())
    if (!flags.json) printText(`Diagnosis with pictures: ${second}`)
  })
}

/** Diagnoses the deepest plain network, with the same training as in the comparison. */
async function diagnoseDeepest(flags: MachineFlags, report: string): Promise<DiagnosisResult> {
  const { data: name, rate, schedule, epochs, seeds: count } = mainJob.flags
  const opened = openData({ data: name })
  const { text, seconds } = diagnosed
  const seeds = Array.from({ length: count }, (_, index) => flags.seed + index)
  const training = trainingOptions(mainJob.flags)
  const options = { ...training, ...machineOptions(flags), data: await opened.read(), seeds, budget: seconds }
  const choices = `--data ${name} --rate ${rate} --schedule ${schedule} --epochs ${epochs}`
  const words = ['diagnose', text, ...choices.split(' ')]
  const line = `${programName()} ${words.join(' ')}`
  const command = `${line} --budget ${seconds}s --report ${report}`
  if (!flags.json) printText(`Why does ${text} fail? ${line}\n`)
  const network = parseNetwork(text, await opened.shape())
  return diagnoseNetwork({ network, label: text, options, command, words, cureFolder: dirname(report) })
}
