import type { Command } from 'commander'
import { type Dataset, type Evaluated, evaluate, reportEvaluation, taskOf } from '../../index.ts'
import { dataFiles } from '../data-options.ts'
import { withFlags } from '../field-options.ts'
import { machineOptions } from '../options.ts'
import { printJson, printText, writeText } from '../output.ts'
import { checkOutput } from '../output-files.ts'
import { programName } from '../program-name.ts'
import { quote } from '../quote.ts'
import { baselineLines, confusionLines, type ShownScores, scoreLines } from '../score-text.ts'
import { addTrained, openTrained, type TrainedFlags } from '../trained.ts'
import { showTraining } from '../training-progress.ts'

type Flags = TrainedFlags & { report?: string }

/**
 * Defines `evaluate RUN_OR_WEIGHTS --data NAME`, which scores a trained network. `words` is the whole command line, which
 * the report shows.
 */
export function defineEvaluate(command: Command, words: readonly string[]): Command {
  command.option('--report <file>', 'write an HTML report with scores and pictures to this file')
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
  const commandLine = `${programName()} ${words.map(quote).join(' ')}`
  return addTrained(command).action(async (place: string, flags: Flags) => {
    const { report } = flags
    if (report !== undefined) {
      const inputs = [place, flags.network, dataFiles(flags)]
      checkOutput({ option: '--report', file: report, kind: 'HTML', inputs })
    }
    const trained = await openTrained(place, flags, 'evaluate')
    const { network, weights, data, settings, statistics, sameData, mode, notes, whole, testFile } = trained
    const { observer, note, close } = showTraining(taskOf(data) !== 'classification')
    notes.map(withFlags).forEach(note)
    try {
      // All rows of a new table are one test set, so no linear model can be fitted to training samples.
      const baselines = whole === undefined
      const options = { ...machineOptions(flags, mode), baselines, onEvaluation: observer.onEvaluation }
      const scores = await evaluate(network, { ...options, ...settings, statistics, data, weights })
      close()
      const { classNames, targetNames } = data
      const write = async (): Promise<void> => {
        if (report === undefined) return
        const facts = { label: place, command: commandLine, isWhole: whole !== undefined }
        const asked = { network, data, weights, statistics, ...settings, ...machineOptions(flags, mode) }
        writeText(report, (await reportEvaluation(scores, { ...asked, ...facts })).html())
        if (!flags.json) printText(`Written: ${report}`)
      }
      if (whole !== undefined) {
        // If all rows of a new table are used as one test set, there is no training set to score.
        const { train: _, ...shown } = scores
        const facts = { of: place, data: data.name, classNames, targetNames, ...shown, settings, sameData }
        if (flags.json) printJson(facts)
        else printText([`${place} on all rows of ${whole}`, ...scoreText(shown, data)].join('\n'))
        return await write()
      }
      const remark = sameData === false ? ' (not the samples that the run was trained on)' : ''
      const tested = testFile === undefined ? '' : `, tested on ${testFile}`
      const facts = { of: place, data: data.name, testFile, classNames, targetNames, ...scores, settings, sameData }
      if (flags.json) printJson(facts)
      else printText([`${place} on ${data.name}${remark}${tested}`, ...scoreText(scores, data)].join('\n'))
      await write()
    } finally {
      close()
    }
  })
}

const scoreText = (scores: ShownScores & Pick<Evaluated, 'baselines'>, data: Dataset): string[] => [
  ...scoreLines(scores, data),
  ...baselineLines(scores, data),
  ...confusionLines(scores, data),
]
