import { type Command, Option } from 'commander'
import { counted, grouped } from '../../format/words.ts'
import { IsobathError, type Predictions, predict, type SetName, setNames } from '../../index.ts'
import { encodingOptions } from '../../internal.ts'
import { dataFiles } from '../data-options.ts'
import { fieldOption, withFlags } from '../field-options.ts'
import { machineOptions } from '../options.ts'
import { printJson, printTable, printText, writeText } from '../output.ts'
import { checkOutput } from '../output-files.ts'
import { countLost, type PredictedData, predictionRows, predictionTable } from '../predictions.ts'
import { stderrProgress } from '../terminal/stderr.ts'
import { addTrained, openTrained, type TrainedFlags } from '../trained.ts'

type Flags = Omit<TrainedFlags, 'set'> & { set: SetName; out?: string }

/** Defines `predict RUN_OR_WEIGHTS --data NAME`, which prints the outputs of a trained network for each sample. */
export function definePredict(command: Command): Command {
  command
    .optionsGroup('Predictions:')
    .addOption(new Option('--set <name>', 'set of samples to predict').choices(setNames).default('test'))
    .option('--out <file>', 'write the predictions to this file as CSV, instead of printing them')
    .addOption(fieldOption(encodingOptions.keep))
    .option('--no-keep', 'repeat no column of the table')
    .addHelpText(
      'after',
      `
--data FILE predicts all rows of another table, in file order. The other table
is read like the table of the training. The columns of the other table are
matched by their names, in any order. The options of the training need not be
given again. The column of the label may be missing.
The option --test-file FILE predicts the rows of FILE instead of the test rows
of the run, and reads FILE like the table of the training. If the training had
no table, all columns are numbers in the order of the inputs.
Each prediction begins with the row's cells of the columns that --keep names.
Without --keep, the columns that are neither inputs nor labels are repeated if
their cells differ in each row.

Examples:
  isobath predict runs/first > predictions.csv
  isobath predict runs/first --set train --json
  isobath predict runs/houses --data new.csv --keep id,town --out prices.csv`,
    )
  return addTrained(command).action(async (place: string, flags: Flags) => {
    if (flags.out !== undefined) {
      const inputs = [place, flags.network, dataFiles(flags)]
      checkOutput({ option: '--out', file: flags.out, kind: 'a table of predictions', inputs })
    }
    const trained = await openTrained(place, flags, 'predict')
    const { network, weights, data, settings, statistics, mode, notes, whole, testFile } = trained
    if (whole !== undefined && flags.set !== 'test') {
      throw new IsobathError(
        'option',
        `--set: all rows of ${whole} are predicted, since the table is not the run's own. Leave --set out.`,
      )
    }
    const progress = stderrProgress()
    notes.map(withFlags).forEach((note) => {
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
      const options = { ...machineOptions(flags, mode), set: flags.set, onProgress }
      predictions = await predict(network, { ...options, ...settings, statistics, data, weights })
      const lost = countLost(predictions)
      if (lost > 0) {
        const of = `${grouped(lost)} of ${counted(predictions.count, 'sample')}`
        progress.note(
          `${of}: nothing is predicted, because the network's outputs are not numbers. Did the training diverge?`,
        )
      }
    } finally {
      progress.close()
    }
    const { classNames, targetNames } = data
    const named: PredictedData = { samples: data[flags.set] ?? data.test, classNames, targetNames }
    if (flags.out !== undefined) writeText(flags.out, predictionTable(predictions, named))
    if (flags.json) {
      const facts = {
        of: place,
        data: data.name,
        set: whole === undefined ? flags.set : 'all',
        task: predictions.task,
        out: flags.out,
      }
      return printJson({ ...facts, predictions: predictionRows(predictions, named) })
    }
    const table = whole ?? (flags.set === 'test' ? testFile : undefined)
    const of = table === undefined ? `${flags.set} set of ${data.name}` : `all rows of ${table}`
    if (flags.out === undefined) printTable(predictionTable(predictions, named))
    else printText(`${flags.out}: ${counted(predictions.count, 'prediction')}, ${of}`)
  })
}
