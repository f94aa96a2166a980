import { Argument, type Command } from 'commander'
import { kernelsOf, type ShowStage, show, stages } from '../../index.ts'
import { usualLoss } from '../../internal.ts'
import { addShapeOptions, type ShapeFlags } from '../data-options.ts'
import { networkHelp, readNetwork, shapeFor } from '../network-argument.ts'
import { addMachineOptions, type MachineFlags, machineOptions } from '../options.ts'
import { printJson, printText } from '../output.ts'
import { addTrainingOptions, makeOptimizer, type TrainingFlags, trainingOptions } from '../training-options.ts'

/** Defines `show STAGE NETWORK`, which prints one stage of the compilation of a training step. */
export function defineShow(command: Command): Command {
  command.addArgument(new Argument('<stage>', 'stage to print').choices(stages)).argument('<network>', networkHelp)
  addMachineOptions(addTrainingOptions(addShapeOptions(command)), [])
  return command.action(async (stage: ShowStage, text: string, flags: ShapeFlags & TrainingFlags & MachineFlags) => {
    const { input, classes, task } = await shapeFor([text], flags)
    const network = readNetwork(text, { classes, input })
    const { batch, loss = usualLoss(task) } = trainingOptions(flags)
    const { exact, winograd } = machineOptions(flags)
    const options = { input, batch, loss, optimizer: makeOptimizer(flags), exact, winograd }
    if (!flags.json) printText(await show(stage, network, options))
    else if (stage === 'network') printJson(network)
    else if (stage === 'kernels') printJson(await kernelsOf(network, options))
    else printJson({ stage, text: await show(stage, network, options) })
  })
}
