import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Diagnosis, diagnoseRun, IsobathError, type Network, resumeDiagnosis } from '../../index.ts'
import { readDiagnosisFacts, readRunFacts, shapeForLoss, shapeOfData, usualBudget } from '../../internal.ts'
import { addDataOptions, type DataFlags, dataFiles, openData } from '../data-options.ts'
import { type DiagnosisResult, diagnoseNetwork, showDiagnosis, type Watching, writeCure } from '../diagnosis.ts'
import { diagnosisJson } from '../diagnosis-json.ts'
import { plainName, withFreeFolder } from '../free-folder.ts'
import { isRunArgument, networkHelp, readNetwork, shortName, withImpliedTarget } from '../network-argument.ts'
import { parseDuration, wholeFrom } from '../numbers.ts'
import { addMachineOptions, type MachineFlags, machineOptions } from '../options.ts'
import { printJson, printText, writePicture, writeText } from '../output.ts'
import { checkFigure, checkOutput } from '../output-files.ts'
import { programName } from '../program-name.ts'
import { quote } from '../quote.ts'
import { refuseChoices } from '../refuse-choices.ts'
import { readDataOf } from '../run-data.ts'
import { addTrainingOptions, type TrainingFlags, trainingOptions } from '../training-options.ts'

type Flags = DataFlags &
  TrainingFlags &
  MachineFlags & {
    budget?: number
    seeds: number
    quick?: boolean
    thorough?: boolean
    against?: string
    run?: string
    resume?: string
    report?: string
    figure?: string
  }

/** Budgets of a diagnosis in seconds. The budget sets the length of the trainings unless the user gives the length. */
const budgets = { quick: 45, usual: usualBudget, thorough: 600 } as const

const examples = `
Examples:
  isobath diagnose mlp:depth=60 --data glyphs
  isobath diagnose mlp:depth=30,activation=sigmoid --data mnist --budget 3m --report report.html
  isobath diagnose plain-56 --against plain-20 --data cifar-10 --samples 10000 --batch 64 --budget 45m
  isobath diagnose runs/first
  isobath diagnose --resume runs/plain-56-cifar-10-diagnosis-1`

/**
 * Training options whose values the diagnosis chooses itself. The diagnosis scores its trainings and stores their
 * losses at steps of its own choice, and the budget sets the length of the trainings.
 */
const ownChoices = {
  meaningless: ['evaluateEvery', 'earlyStopping', 'logEvery'],
  usual: { epochs: 'the budget decides' },
} as const

/**
 * Defines `diagnose NETWORK --data NAME`, `diagnose RUN_FOLDER` and `diagnose --resume FOLDER`. `words` is the whole
 * command line, which the report shows.
 */
export function defineDiagnose(command: Command, words: readonly string[]): Command {
  command
    .argument('[network]', `${networkHelp}, or the folder of a run`)
    .optionsGroup('Diagnosis:')
    .option('--budget <time>', 'time limit of the whole diagnosis, such as 90s, 2m or 1h (default: 2m)', parseDuration)
    .option('--quick', `set the budget to ${budgets.quick} seconds`)
    .option('--thorough', `set the budget to ${budgets.thorough / 60} minutes, for longer trainings`)
    .option(
      '--seeds <n>',
      'number of trainings of the network and of its shallow twin, with seeds counted up from --seed',
      wholeFrom(1),
      3,
    )
    .option(
      '--against <network>',
      'shallow twin to compare the network with (default: the network with a fifth of its layers)',
    )
    .option('--run <folder>', 'folder that stores the trainings and the report (default: a new folder below runs/)')
    .option('--resume <folder>', 'resume the stopped or killed diagnosis in this folder, without any other options')
    .option('--report <file>', 'also write the HTML report to this file')
    .option('--figure <file>', 'write the picture that shows the verdict to this file, as SVG')
    .addHelpText('after', examples)
  addMachineOptions(addTrainingOptions(addDataOptions(command), ownChoices))
  const commandLine = `${programName()} ${words.map(quote).join(' ')}`
  return command.action(async (text: string | undefined, flags: Flags) => {
    const inputs = [text, flags.against, dataFiles(flags)]
    if (flags.report !== undefined)
      checkOutput({ option: '--report', file: flags.report, kind: 'HTML', inputs, folder: flags.run })
    if (flags.figure !== undefined) checkFigure(flags.figure, inputs, [flags.report])
    if (flags.resume !== undefined) {
      refuseChoices(command, resumable, '--resume: a resumed diagnosis keeps its own options', text)
      return resumeStored(flags.resume, flags, commandLine)
    }
    if (text === undefined) return command.error("error: missing required argument 'network'")
    if (isRunArgument(text)) {
      refuseChoices(command, choosable, `${text}: a run is diagnosed with the options of its training`)
      return diagnoseStored(text, flags, commandLine)
    }
    return diagnoseNew(text, flags, commandLine, words)
  })
}

async function diagnoseNew(text: string, flags: Flags, command: string, words: readonly string[]): Promise<void> {
  const training = trainingOptions(flags)
  const budget = budgetOf(flags)
  if (flags.data === undefined && !text.endsWith('.json') && /^[^:=]*[\\/][^:=]*$/.test(text)) {
    throw new IsobathError(
      'run',
      `${text}: expected a network or the folder of a run, but no run is there. Name a folder that train made, or a network and --data.`,
    )
  }
  const opened = openData(withImpliedTarget([text], flags))
  const shape = shapeForLoss(await opened.shape(), flags.loss)
  const network = readNetwork(text, shape)
  const against: Network | undefined = flags.against === undefined ? undefined : readNetwork(flags.against, shape)
  const seeds = Array.from({ length: flags.seeds }, (_, index) => flags.seed + index)
  const data = await opened.read()
  const dataOptions = { ...(await opened.lastingOptions()) }
  const options = { ...training, ...machineOptions(flags), data, dataOptions, seeds, budget, against }
  const diagnoseInto = async (run: string): Promise<StoredDiagnosis> => {
    const result = await diagnoseNetwork({
      network,
      label: text,
      options: { ...options, run, command: words },
      command,
      words,
    })
    return { result, folder: run, label: text, words }
  }
  print(await inFolder(flags, `${shortName(text)}-${plainName(data.name)}-diagnosis`, diagnoseInto), flags)
}

/**
 * Options that a resumed diagnosis may change. The options for data and computing mode are checked against the stored
 * diagnosis, and the new budget may be larger than the stored budget.
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
  const facts = await readDiagnosisFacts(folder)
  const { label, budget: before, command: words } = facts
  const data = await readDataOf(facts, { dataDir: flags.dataDir })
  const { budget } = flags
  const shown = { label, data, budget: budget ?? before, command }
  const result = await showDiagnosis(
    shown,
    (watching) => resumeDiagnosis(folder, { ...machineOptions(flags), ...watching, data, budget }),
    { words, folder },
  )
  print({ result, folder, label, words }, flags)
}

/**
 * Options that the user may give for the diagnosis of a stored run. The options for data and computing mode are checked
 * against the stored run.
 */
const choosable = new Set([
  'budget',
  'quick',
  'thorough',
  'seeds',
  'against',
  'run',
  'report',
  'figure',
  'dataDir',
  'exact',
  'winograd',
  'threads',
  'memory',
  'json',
])

async function diagnoseStored(trained: string, flags: Flags, command: string): Promise<void> {
  const budget = budgetOf(flags)
  const facts = await readRunFacts(trained)
  const { label, command: words } = facts
  const data = await readDataOf(facts, { dataDir: flags.dataDir })
  const against =
    flags.against === undefined ? undefined : readNetwork(flags.against, shapeForLoss(shapeOfData(data), facts.loss))
  const shown = { label, data, budget, command }
  const diagnoseInto = async (run: string): Promise<StoredDiagnosis> => {
    const diagnose = (watching: Watching): Promise<Diagnosis> => {
      const options = { ...machineOptions(flags), data, seedCount: flags.seeds, budget, against, run, ...watching }
      return diagnoseRun(trained, options)
    }
    return { result: await showDiagnosis(shown, diagnose, { words, folder: run }), folder: run, label, words }
  }
  print(await inFolder(flags, `${shortName(label)}-${plainName(data.name)}-diagnosis`, diagnoseInto), flags)
}

function inFolder(
  { run }: Flags,
  name: string,
  diagnoseInto: (folder: string) => Promise<StoredDiagnosis>,
): Promise<StoredDiagnosis> {
  return run === undefined ? withFreeFolder(name, diagnoseInto) : diagnoseInto(run)
}

interface StoredDiagnosis {
  readonly result: DiagnosisResult
  readonly folder: string
  readonly label: string
  /** The words of the command line that began the diagnosis or the diagnosed run; absent if a program did so. */
  readonly words?: readonly string[]
}

function print({ result, folder, label, words }: StoredDiagnosis, { json, report, figure }: Flags): void {
  const { interrupted } = result.diagnosis
  // A diagnosis that was stopped in its first moments has stored nothing.
  const isStored = existsSync(join(folder, 'diagnosis.json'))
  // The answer is printed before any file is written, so a full disk can't prevent the answer.
  const { cure } = result.diagnosis
  if (json) printJson(diagnosisJson(result.diagnosis, { folder: isStored ? folder : null, label, words }))
  else printText(result.text())
  if (!json && isStored && interrupted)
    printText(`Resume the diagnosis with: ${programName()} diagnose --resume ${quote(folder)}`)
  if (isStored && cure?.network) writeCure(folder, cure.network)
  const reports = [...(isStored ? [join(folder, 'report.html')] : []), ...(report === undefined ? [] : [report])]
  for (const file of reports) writeText(file, result.html())
  if (figure !== undefined) writePicture(figure, result.picture())
  const files = [...reports, ...(figure === undefined ? [] : [figure])]
  if (!json && files.length > 0) printText(`Written: ${files.join(', ')}`)
}

function budgetOf({ budget, quick, thorough }: Flags): number {
  const asked = [budget, quick, thorough].filter((one) => one !== undefined && one !== false)
  if (asked.length > 1) {
    throw new IsobathError(
      'option',
      '--budget, --quick, --thorough: expected at most one of these options, got several. Leave the others out.',
    )
  }
  if (budget !== undefined) return budget
  return quick ? budgets.quick : thorough ? budgets.thorough : budgets.usual
}
