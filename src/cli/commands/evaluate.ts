import type { Command } from 'commander'
import { evaluate } from '../../index.ts'
import { machineOptions } from '../options.ts'
import { printJson, printText, scoreLines } from '../output.ts'
import { addTrained, openTrained, type TrainedFlags } from '../trained.ts'
import { showTraining } from '../training-progress.ts'

/** `evaluate RUN_OR_WEIGHTS --data NAME` */
export function defineEvaluate(command: Command): Command {
  command.addHelpText(
    'after',
    `
A table that isn't the run's own (--data FILE) is read as the run's was, its
columns matched by their names. All its rows are scored, as one set: test;
--test-fraction splits it. --test-file FILE takes the place of the test rows
alone: train is what the run was trained on.

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
        // There is no training set in it.
        const { train: _, ...shown } = scores
        if (flags.json) return printJson({ of: place, data: data.name, ...shown, settings, sameData })
        return printText([`${place} on all rows of ${whole}`, ...scoreLines(shown, data)].join('\n'))
      }
      if (flags.json) return printJson({ of: place, data: data.name, testFile, ...scores, settings, sameData })
      const remark = sameData === false ? ' (not the samples that the run was trained on)' : ''
      const tested = testFile === undefined ? '' : `, tested on ${testFile}`
      return printText([`${place} on ${data.name}${remark}${tested}`, ...scoreLines(scores, data)].join('\n'))
    } finally {
      close()
    }
  })
}
