import { Command, Option } from 'commander'
import { type Predictions, predict, type SetName, setNames } from '../../index.ts'
import { machineOptions } from '../options.ts'
import { checkWritable, counted, printJson, printText, writeText } from '../output.ts'
import { type PredictedData, predictionRows, predictionTable } from '../predictions.ts'
import { stderrProgress } from '../terminal/stderr.ts'
import { addTrained, openTrained, type TrainedFlags } from '../trained.ts'

type Flags = TrainedFlags & { set: SetName; out?: string }

/** `predict RUN_OR_WEIGHTS --data NAME` */
export function predictCommand(): Command {
  const command = new Command('predict')
    .description('what a trained network says of each sample, as CSV')
    .optionsGroup('Predictions:')
    .addOption(new Option('--set <name>', 'which samples').choices(setNames).default('test'))
    .option('--out <file>', 'write the CSV to a file instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  isobath predict runs/first > predictions.csv\n  isobath predict runs/first --set train --json',
    )
  return addTrained(command).action(async (place: string, flags: Flags) => {
    if (flags.out !== undefined) checkWritable(flags.out)
    const { network, weights, data, recipe, statistics, exact, notes } = await openTrained(place, flags)
    const progress = stderrProgress()
    notes.forEach((note) => {
      progress.note(note)
    })
    let predictions: Predictions
    try {
      let task: ReturnType<typeof progress.task> | undefined
      const onProgress = (done: number, samples: number): void => {
        if (done === samples && !task) return
        task ??= progress.task('predicting', samples, { unit: 'sample' })
        task.update(done)
      }
      const options = { ...machineOptions(flags), exact: flags.exact ?? exact, set: flags.set, onProgress }
      predictions = await predict(network, { ...options, ...recipe, statistics, data, weights })
    } finally {
      progress.close()
    }
    const { classNames, targetNames } = data
    const named: PredictedData = { samples: data[flags.set] ?? data.test, classNames, targetNames }
    if (flags.out !== undefined) writeText(flags.out, predictionTable(predictions, named))
    if (flags.json) {
      const facts = { of: place, data: data.name, set: flags.set, task: predictions.task, out: flags.out }
      return printJson({ ...facts, predictions: predictionRows(predictions, named) })
    }
    if (flags.out === undefined) process.stdout.write(predictionTable(predictions, named))
    else printText(`${flags.out}: ${counted(predictions.count, 'prediction')}, ${flags.set} set of ${data.name}`)
  })
}
