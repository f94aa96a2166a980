import { Command } from 'commander'
import { evaluate } from '../../index.ts'
import { machineOptions } from '../options.ts'
import { printJson, printText, scoreLines } from '../output.ts'
import { addTrained, openTrained, type TrainedFlags } from '../trained.ts'
import { showTraining } from '../training-progress.ts'

/** `evaluate RUN_OR_WEIGHTS --data NAME` */
export function evaluateCommand(): Command {
  const command = new Command('evaluate').description(
    "loss and error of a run's last checkpoint, or of a weights file, on a data set",
  )
  return addTrained(command).action(async (place: string, flags: TrainedFlags) => {
    const { network, weights, data, recipe, statistics, sameData, exact, notes } = await openTrained(place, flags)
    const { observer, note, close } = showTraining()
    notes.forEach(note)
    try {
      const options = { ...machineOptions(flags), exact: flags.exact ?? exact, onEvaluation: observer.onEvaluation }
      const scores = await evaluate(network, { ...options, ...recipe, statistics, data, weights })
      close()
      if (flags.json) return printJson({ of: place, data: data.name, ...scores, recipe, sameData })
      const remark = sameData === false ? ' (not the samples that the run was trained on)' : ''
      return printText([`${place} on ${data.name}${remark}`, ...scoreLines(scores, data)].join('\n'))
    } finally {
      close()
    }
  })
}
