import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { prescribe, resumePrescription, withDepth } from '../../index.ts'
import { atDepth, isPreset, readPrescriptionFacts, shapeForLoss, usualPrescriptionBudget } from '../../internal.ts'
import { addDataOptions, type DataFlags, dataFiles, openData } from '../data-options.ts'
import { factsJson, unexpected } from '../facts-text.ts'
import { plainName, withFreeFolder } from '../free-folder.ts'
import { networkHelp, readNetwork, shortName, withImpliedTarget } from '../network-argument.ts'
import { parseDuration, wholeFrom } from '../numbers.ts'
import { addMachineOptions, type MachineFlags, machineOptions } from '../options.ts'
import { printJson, printText, writePicture, writeText } from '../output.ts'
import { checkFigure, checkOutput } from '../output-files.ts'
import {
  commandFor,
  cureFile,
  type PrescriptionResult,
  type ShownPrescription,
  showPrescription,
} from '../prescription.ts'
import { programName } from '../program-name.ts'
import { quote } from '../quote.ts'
import { refuseChoices } from '../refuse-choices.ts'
import { readDataOf } from '../run-data.ts'
import { addTrainingOptions, type TrainingFlags, trainingOptions } from '../training-options.ts'

type Flags = DataFlags &
  TrainingFlags &
  MachineFlags & {
    depth?: number
    budget?: number
    seeds: number
    run?: string
    resume?: string
    report?: string
    figure?: string
  }

const examples = `
Examples:
  isobath prescribe mlp:depth=60 --data glyphs
  isobath prescribe mlp:activation=sigmoid --depth 30 --data mnist --budget 10m --report cure.html
  isobath prescribe network.json --data table.csv --optimizer adam --rate 0.001
  isobath prescribe --resume runs/mlp-glyphs-prescription-1`

/**
 * Training options whose values the prescription chooses itself. It scores its trainings at their ends, and a small budget
 * shortens trainings whose length the user does not give.
 */
const ownChoices = {
  meaningless: ['evaluateEvery', 'earlyStopping', 'logEvery'],
  usual: { epochs: '10, or fewer if the budget is small' },
} as const

/** Defines `prescribe NETWORK --data NAME` and `prescribe --resume FOLDER`. `words` is the whole command line. */
export function definePrescribe(command: Command, words: readonly string[]): Command {
  command
    .argument('[network]', networkHelp)
    .optionsGroup('Prescription:')
    .option(
      '--depth <n>',
      'number of hidden layers at which the network should train (default: as written)',
      wholeFrom(1),
    )
    .option(
      '--budget <time>',
      'time for which trainings are planned, such as 90s, 5m or 1h (default: 5m)',
      parseDuration,
    )
    .option(
      '--seeds <n>',
      'number of trainings that decide for each finalist, with seeds counted up from --seed; at least 3',
      wholeFrom(3),
      5,
    )
    .option('--run <folder>', 'folder that stores the trainings and the report (default: a new folder below runs/)')
    .option('--resume <folder>', 'resume the stopped or killed prescription in this folder, without any other options')
    .option('--report <file>', 'also write the HTML report to this file')
    .option('--figure <file>', 'write the picture of the finalists to this file, as SVG')
    .addHelpText('after', examples)
  addMachineOptions(addTrainingOptions(addDataOptions(command), ownChoices))
  const commandLine = `${programName()} ${words.map(quote).join(' ')}`
  return command.action(async (text: string | undefined, flags: Flags) => {
    const inputs = [text, dataFiles(flags)]
    if (flags.report !== undefined)
      checkOutput({ option: '--report', file: flags.report, kind: 'HTML', inputs, folder: flags.run })
    if (flags.figure !== undefined) checkFigure(flags.figure, inputs, [flags.report])
    if (flags.resume !== undefined) {
      refuseChoices(command, resumable, '--resume: a resumed prescription keeps its own options', text)
      return resumeStored(flags.resume, flags, commandLine)
    }
    if (text === undefined) return command.error("error: missing required argument 'network'")
    return prescribeNew(text, flags, commandLine, words)
  })
}

async function prescribeNew(text: string, flags: Flags, command: string, words: readonly string[]): Promise<void> {
  const training = trainingOptions(flags)
  const { depth, budget = usualPrescriptionBudget, seed, run } = flags
  const label = depth !== undefined && isPreset(text) ? withDepth(text, depth) : text
  const opened = openData(withImpliedTarget([text], flags))
  const shape = shapeForLoss(await opened.shape(), flags.loss)
  const written = readNetwork(label, shape)
  const network = depth === undefined || label !== text ? written : atDepth(written, shape.input, depth)
  const seeds = Array.from({ length: flags.seeds }, (_, index) => seed + index)
  const data = await opened.read()
  const dataOptions = { ...(await opened.lastingOptions()) }
  // The stored command line has the network at its depth, so that the commands made from it train this network.
  const own = words.map((word) => (word === text ? label : word))
  const options = { ...training, ...machineOptions(flags), data, dataOptions, seeds, budget, label }
  const prescribeInto = async (folder: string): Promise<void> => {
    const shown = { data, budget, label, folder, command, words: own, isScaled: network !== written }
    const result = await showPrescription(shown, (watching) =>
      prescribe(network, { ...options, run: folder, command: own, ...watching }),
    )
    print(result, shown, flags)
  }
  const name = `${shortName(text)}-${plainName(data.name)}-prescription`
  return run === undefined ? withFreeFolder(name, prescribeInto) : prescribeInto(run)
}

/**
 * Options that a resumed prescription may change. The options for data and computing mode are checked against the stored
 * prescription, and the new budget may be larger than the stored budget.
 */
const resumable = new Set([
  'resume',
  'budget',
  'report',
  'figure',
  'dataDir',
  'exact',
  'winograd',
  'threads',
  'memory',
  'json',
])

async function resumeStored(folder: string, flags: Flags, command: string): Promise<void> {
  const facts = await readPrescriptionFacts(folder)
  const { label, budget: before, command: words } = facts
  const data = await readDataOf(facts, { dataDir: flags.dataDir })
  const { budget } = flags
  const isScaled = words?.some((word) => word.split('=')[0] === '--depth') && !isPreset(label)
  const shown = { data, budget: budget ?? before, label, folder, command, words, isScaled }
  const result = await showPrescription(shown, (watching) =>
    resumePrescription(folder, { ...machineOptions(flags), ...watching, data, budget }),
  )
  print(result, shown, flags)
}

function print(result: PrescriptionResult, shown: ShownPrescription, { json, report, figure }: Flags): void {
  const { prescription } = result
  const { folder, label } = shown
  // A prescription that was stopped in its first moments has stored nothing.
  const isStored = existsSync(join(folder, 'prescription.json'))
  // The answer is printed before any file is written, so a full disk can't prevent the answer.
  if (json) printJson({ network: label, run: isStored ? folder : null, ...prescriptionJson(prescription, shown) })
  else printText(result.text())
  if (!json && isStored && prescription.interrupted)
    printText(`Resume the prescription with: ${programName()} prescribe --resume ${quote(folder)}`)
  for (const cure of isStored ? prescription.cures : []) {
    const file = cureFile(shown, cure)
    const network = cure.network ?? prescription.network
    if (file !== null) writeText(file, `${JSON.stringify(network, null, 2)}\n`)
  }
  const reports = [...(isStored ? [join(folder, 'report.html')] : []), ...(report === undefined ? [] : [report])]
  for (const file of reports) writeText(file, result.html())
  if (figure !== undefined) writePicture(figure, result.picture())
  const files = [...reports, ...(figure === undefined ? [] : [figure])]
  if (!json && files.length > 0) printText(`Written: ${files.join(', ')}`)
}

/** A prescription as JSON: each cure with its command and the file of its network, and losses without step numbers. */
function prescriptionJson(prescription: PrescriptionResult['prescription'], shown: ShownPrescription) {
  const { network: _, cures, finalists, facts, ...rest } = prescription
  const { label, words } = shown
  return {
    ...rest,
    cures: cures.map(({ isComplete, ...cure }) => ({
      ...cure,
      command: commandFor(shown, { ...cure, isComplete }) ?? null,
      network: cureFile(shown, { ...cure, isComplete }) ?? label,
    })),
    finalists: finalists.map(({ runs, ...finalist }) => ({
      ...finalist,
      runs: runs.map(({ losses, ...run }) => ({ ...run, losses: losses.map(({ loss }) => loss) })),
    })),
    facts: factsJson(unexpected(facts, label), words),
  }
}
