import { type Command, Option } from 'commander'
import {
  adviceFor,
  createBlueprint,
  type Dataset,
  type Fact,
  IsobathError,
  loadWeights,
  type Run,
  reportTraining,
  resume,
  type Signal,
  type TrainOptions,
  taskOf,
  train,
} from '../../index.ts'
import { describeSignal, readRecord, readRunFacts, shapeForLoss, trainingPicture } from '../../internal.ts'
import { adviceJson, adviceLines, type ShownAdvice } from '../advice-text.ts'
import { addDataOptions, type DataFlags, dataFiles, openData } from '../data-options.ts'
import { factLines, factsJson, unexpected } from '../facts-text.ts'
import { plainName, withFreeFolder } from '../free-folder.ts'
import { interruptible } from '../interrupt.ts'
import { curveLines, curveOf, drawnCurve, type ShownCurve } from '../learning-curve.ts'
import { listening } from '../listening.ts'
import { networkHelp, readNetwork, shortName, withImpliedTarget } from '../network-argument.ts'
import { nextCommand } from '../next-command.ts'
import { wholeFrom } from '../numbers.ts'
import { addMachineOptions, type MachineFlags, machineOptions } from '../options.ts'
import { printJson, printText, writePicture, writeText } from '../output.ts'
import { checkFigure, checkFigures, checkOutput } from '../output-files.ts'
import {
  addProbeOptions,
  drawProbes,
  type ProbeFlags,
  probeOptions,
  probesAsked,
  storedProbes,
} from '../probe-options.ts'
import { programName } from '../program-name.ts'
import { quote } from '../quote.ts'
import { refuseChoices } from '../refuse-choices.ts'
import { readDataOf } from '../run-data.ts'
import { runSummary, runText, type TrainedOn } from '../run-text.ts'
import { namesOf } from '../score-text.ts'
import { addTrainingOptions, type TrainingFlags, trainingOptions } from '../training-options.ts'
import { type ShownTraining, showTraining } from '../training-progress.ts'
import { withValidation } from '../validation.ts'

type Flags = DataFlags &
  TrainingFlags &
  MachineFlags &
  ProbeFlags & {
    init?: string
    run?: string
    resume?: string
    checkpointEvery?: number
    report?: string
    figure?: string
    curve?: 'steps' | 'samples'
  }

const examples = `
Examples:
  isobath train mlp:depth=3,width=128 --data glyphs --steps 300 --run runs/first
  isobath train --resume runs/first`

/**
 * Defines `train NETWORK --data NAME` and `train --resume FOLDER`. `words` is the whole command line, which the report
 * shows, and from which the command to type next is made.
 */
export function defineTrain(command: Command, words: readonly string[]): Command {
  command
    .argument('[network]', networkHelp)
    .optionsGroup('Run:')
    .option('--run <folder>', 'folder that stores the run (default: a new folder below runs/)')
    .option('--resume <folder>', 'resume the stopped or killed run in this folder, without any other options')
    .option(
      '--checkpoint-every <n>',
      'number of steps between checkpoints (default: a checkpoint about every 30 seconds)',
      wholeFrom(1),
    )
    .option('--init <file>', 'start from the weights in this .safetensors file instead of random weights')
    .option('--report <file>', 'write an HTML report with scores and pictures to this file')
    .option(
      '--figure <file>',
      'draw the training and test error over the steps as SVG; --evaluate-every is then epoch by default',
    )
    .addOption(
      new Option(
        '--curve <axis>',
        'learning curve of --figure over steps, or over samples: three more trainings, on 1/8, 1/4 and 1/2 of the training set',
      ).choices(['steps', 'samples']),
    )
    .addHelpText('after', examples)
  addMachineOptions(addTrainingOptions(addDataOptions(addProbeOptions(command))))
  const commandLine = `${programName()} ${words.map(quote).join(' ')}`
  return command.action(async (text: string | undefined, flags: Flags) => {
    const inputs = [text, flags.init, dataFiles(flags)]
    if (flags.report !== undefined) {
      checkOutput({ option: '--report', file: flags.report, kind: 'HTML', inputs, folder: flags.run })
    }
    if (flags.figure !== undefined) checkFigure(flags.figure, inputs, [flags.report])
    if (flags.probeFigure !== undefined && flags.resume === undefined) {
      checkFigures('--probe-figure', flags.probeFigure, probesAsked(flags), inputs, [flags.figure, flags.report])
    }
    if (flags.resume !== undefined) {
      refuseChoices(command, resumable, '--resume: a resumed run keeps its own options', text)
      return resumeRun(flags.resume, flags, commandLine)
    }
    if (text === undefined) return command.error("error: missing required argument 'network'")
    return startRun(text, flags, words, commandLine)
  })
}

async function startRun(text: string, flags: Flags, words: readonly string[], command: string): Promise<void> {
  const options = { ...trainingOptions(drawnFlags(flags)), probes: probeOptions(flags) }
  const opened = openData(withValidation(withImpliedTarget([text], flags)))
  const shape = shapeForLoss(await opened.shape(), flags.loss)
  const network = readNetwork(text, shape)
  const blueprint = createBlueprint(network, shape.input)
  const weights = flags.init === undefined ? undefined : await loadWeights(flags.init, blueprint)
  const data = await opened.read()
  const { seed, checkpointEvery } = flags
  const dataOptions = { ...(await opened.lastingOptions()) }
  const start = (folder: string): Promise<Run> =>
    watched(({ observer, note }, abort) => {
      // The facts are printed before the training, so nobody has to wait for a network that can't learn.
      const onFacts = (facts: readonly Fact[]): void => {
        for (const line of factLines(unexpected(facts, text), words)) note(line)
      }
      // The note about the signal is printed before the training, so nobody has to wait for a network whose signal is
      // lost.
      const onSignal = (signal: Signal): void => {
        const standsOut = describeSignal(signal)
        if (standsOut !== null) note(`Before training ${standsOut}.`)
      }
      const places = {
        data,
        dataOptions,
        weights,
        run: folder,
        label: text,
        command: words,
        checkpointEvery,
        baselines: true,
      }
      const all: TrainOptions = {
        ...options,
        ...machineOptions(flags),
        ...observer,
        onFacts,
        onSignal,
        ...places,
        seed,
        abort,
      }
      return train(network, all)
    }, taskOf(data) !== 'classification')
  const name = `${shortName(text)}-${plainName(data.name)}`
  const run = await (flags.run === undefined ? withFreeFolder(name, start) : start(flags.run))
  const { probes: _, evaluateEvery: __, ...curved } = { ...options, ...machineOptions(flags), seed }
  const asksCurve = flags.curve === 'samples' && !run.interrupted
  const curve = asksCurve ? await curveOf(network, data, run, curved) : undefined
  const advice = adviceFor(run, data)
  const next = advice === null ? undefined : { ...advice, command: nextCommand(words, advice, run.run) }
  await print(run, { label: text, trainedOn: data, data: async () => data, command, words, advice: next, curve }, flags)
}

async function resumeRun(folder: string, flags: Flags, command: string): Promise<void> {
  const facts = await readRunFacts(folder)
  const { command: words } = facts
  if (flags.figure !== undefined && facts.settings.evaluateEvery === undefined) refusePicture(folder)
  if (flags.probeFigure !== undefined && facts.settings.probes === undefined) {
    throw new IsobathError(
      'option',
      `--probe-figure: the run in ${folder} has no probes, so there is nothing to draw. Leave --probe-figure out.`,
    )
  }
  if (flags.probeFigure !== undefined) {
    checkFigures(
      '--probe-figure',
      flags.probeFigure,
      storedProbes(facts.settings.probes),
      [],
      [flags.figure, flags.report],
    )
  }
  const { train: trained, test, validation, ...about } = facts.data
  const held = validation === undefined ? {} : { validation: { count: validation } }
  const trainedOn = { ...about, train: { count: trained }, test: { count: test }, ...held }
  const record = await readRecord(folder, machineOptions(flags))
  const read = (): Promise<Dataset> => readDataOf(facts, { dataDir: flags.dataDir })
  if (record) return print(record.run, { label: record.label, trainedOn, data: read, command, words }, flags)
  const data = await read()
  const { checkpointEvery } = flags
  const run = await watched(
    ({ observer, note }, abort) =>
      resume(folder, {
        ...machineOptions(flags),
        ...observer,
        data,
        baselines: true,
        checkpointEvery,
        abort,
        onNote: note,
      }),
    taskOf(data) !== 'classification',
  )
  const advice = adviceFor(run, data)
  // Without the command line that started the run, no options can be changed. A diagnosis of the run is the next step.
  const next = words === undefined ? ['diagnose', folder] : advice && nextCommand(words, advice, folder)
  const advised = advice && next ? { ...advice, command: next } : undefined
  await print(run, { label: facts.label, trainedOn, data: async () => data, command, words, advice: advised }, flags)
}

/**
 * Options that a resumed run may change. The data of a resumed run may be in another folder, since the run stores a
 * hash of the data. The options --exact and --no-winograd are checked against the computing mode of the run.
 */
const resumable = new Set([
  'resume',
  'report',
  'figure',
  'probeFigure',
  'dataDir',
  'checkpointEvery',
  'exact',
  'winograd',
  'threads',
  'memory',
  'json',
])

interface Watched extends ShownTraining {
  readonly observer: ReturnType<typeof listening<ShownTraining['observer']>>
}

/**
 * Runs a training that shows its progress and that Ctrl-C can stop. `areValues`: whether the network predicts values and
 * not classes.
 */
async function watched(work: (shown: Watched, abort: AbortSignal) => Promise<Run>, areValues: boolean): Promise<Run> {
  const shown = showTraining(areValues)
  const stopping = 'Stopping after the steps under way, and saving the run. Press Ctrl-C again to end at once.'
  try {
    return await interruptible(
      (abort, listen) => work({ ...shown, observer: listening(shown.observer, listen) }, abort),
      () => shown.note(stopping),
    )
  } finally {
    shown.close()
  }
}

interface PrintedRun {
  /** The network as the user wrote it. */
  readonly label: string
  readonly trainedOn: TrainedOn
  /** Reads the data of the run, which only a report needs. */
  readonly data: () => Promise<Dataset>
  /** The whole command line. */
  readonly command: string
  /** The words of the command line that began the run; absent if a program began the run. */
  readonly words?: readonly string[]
  readonly advice?: ShownAdvice
  readonly curve?: ShownCurve
}

/** Prints a training, and writes its files. The command to type next is the last line. */
async function print(run: Run, printed: PrintedRun, flags: Flags): Promise<void> {
  await printRun(run, printed, flags)
  if (!flags.json && printed.advice) printText(adviceLines(printed.advice).join('\n'))
}

async function printRun(run: Run, printed: PrintedRun, flags: Flags): Promise<void> {
  const { label, trainedOn, data, command, words, advice, curve } = printed
  const { json, report, figure, probeFigure } = flags
  const areClasses = run.task === 'classification'
  if (json) {
    const facts = factsJson(unexpected(run.facts, label), words)
    printJson({ ...runSummary(run, label, trainedOn), facts, curve, advice: adviceJson(advice) })
  } else {
    const text = [runText(run, label, trainedOn), ...(curve ? curveLines(curve, areClasses) : [])]
    printText(text.join('\n'))
  }
  const drawn: string[] = []
  if (figure !== undefined) {
    writePicture(figure, curve ? drawnCurve(curve, label, trainedOn.name, areClasses) : picture(run, label, trainedOn))
    drawn.push(figure)
  }
  if (probeFigure !== undefined) drawn.push(...drawProbes(run, label, trainedOn, probeFigure))
  if (!json && drawn.length > 0) printText(`Drawn: ${drawn.join(', ')}`)
  if (report === undefined) return
  if (run.interrupted) {
    if (!json) printText(`A stopped run has no scores, so no report was written: ${report}`)
    return
  }
  const learned = { curve: curve?.points, curveSentence: curve?.sentence ?? undefined }
  const page = await reportTraining(run, { data: await data(), label, command, ...learned, ...machineOptions(flags) })
  writeText(report, page.html())
  if (!json) printText(`Written: ${report}`)
}

/**
 * Sets --evaluate-every to one epoch if --figure needs evaluations and the user gave no interval. Throws an `option`
 * error if --evaluate-every is never.
 */
function drawnFlags(flags: Flags): Flags {
  if (flags.figure === undefined || flags.curve === 'samples') return flags
  const { evaluateEvery = { epochs: 1 } } = flags
  if (evaluateEvery !== 'never') return { ...flags, evaluateEvery }
  throw new IsobathError(
    'option',
    '--figure: there is nothing to draw with --evaluate-every never. Leave one of the two options out.',
  )
}

function refusePicture(folder: string): never {
  throw new IsobathError(
    'option',
    `--figure: the run in ${folder} has no evaluations, so there is nothing to draw. Leave --figure out.`,
  )
}

function picture({ evaluations = [], interrupted, ...run }: Run, network: string, trainedOn: TrainedOn): string {
  const steps = interrupted ? run.steps : run.settings.steps
  return trainingPicture({
    network,
    dataset: trainedOn.name,
    areClasses: !namesOf(trainedOn, run).areValues,
    steps,
    evaluations,
  })
}
