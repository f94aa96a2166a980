import type { Command } from 'commander'
import { evaluate } from '../../index.ts'
import { machineOptions } from '../options.ts'
import { printJson, printText } from '../output.ts'
import { confusionLines, scoreLines } from '../score-text.ts'
import { addTrained, openTrained, type TrainedFlags } from '../trained.ts'
import { showTraining } from '../training-progress.ts'

/** Defines `evaluate RUN_OR_WEIGHTS --data NAME`, which scores a trained network. */
export function defineEvaluate(command: Command): Command {
  command.addHelpText(
    'after',
    `
--data FILE scores all rows of another table as one test set. The other table is
read like the table of the run, and its columns are matched by their names.
The option --test-fraction splits the table into a training set and a test set.
The option --test-file FILE replaces only the test rows. With --test-file, the
training set is still the training set of the run.

Examples:
  isobath evaluate runs/first
  isobath evaluate runs/houses --data more-houses.csv
  isobath evaluate runs/houses --test-file more-houses.csv`,
  )
  return addTrained(command).action(async (place: string, flags: TrainedFlags) => {
    const trained = await openTrained(place, flags, 'evaluate')
    const { network, weights, data, settings, statistics, sameData, mode, notes, whole, testFile } = trained
    const { observer, note, close } = showTraining()
    notes.forEach(note)
    try {
      const options = { ...machineOptions(flags, mode), onEvaluation: observer.onEvaluation }
      const scores = await evaluate(network, { ...options, ...settings, statistics, data, weights })
      close()
      if (whole !== undefined) {
        // If all rows of a new table are used as one test set, there is no training set to score.
        const { train: _, ...shown } = scores
        if (flags.json) return printJson({ of: place, data: data.name, ...shown, settings, sameData })
        return printText(
          [`${place} on all rows of ${whole}`, ...scoreLines(shown, data), ...confusionLines(shown, data)].join('\n'),
        )
      }
      if (flags.json) return printJson({ of: place, data: data.name, testFile, ...scores, settings, sameData })
      const remark = sameData === false ? ' (not the samples that the run was trained on)' : ''
      const tested = testFile === undefined ? '' : `, tested on ${testFile}`
      return printText(
        [
          `${place} on ${data.name}${remark}${tested}`,
          ...scoreLines(scores, data),
          ...confusionLines(scores, data),
        ].join('\n'),
      )
    } finally {
      close()
    }
  })
}
