/**
 * The commands as `isobath --help` lists them. The options and the action of a command are loaded when the command is
 * called.
 */
import type { Command } from 'commander'

/** Gives a command its arguments, options and action. `words` is the whole command line, which reports show. */
export type DefineCommand = (command: Command, words: readonly string[]) => void

export interface CommandRow {
  readonly name: string
  /** Arguments that the list of commands shows after the name of the command. */
  readonly usage: string
  readonly description: string
  readonly load: () => Promise<DefineCommand>
}

/** All commands, in the order of the help. */
export const commandList: readonly CommandRow[] = [
  {
    name: 'start',
    usage: '[options]',
    description:
      'compare plain and residual networks of 4, 16 and 64 layers on generated images, diagnose the one that fails, and write reports',
    load: async () => (await import('./commands/start.ts')).defineStart,
  },
  {
    name: 'train',
    usage: '[options] [network]',
    description: 'train a network, store the run in a folder, and print its loss and error',
    load: async () => (await import('./commands/train.ts')).defineTrain,
  },
  {
    name: 'evaluate',
    usage: '[options] <run-or-weights>',
    description: "print the loss and error of a run's last checkpoint, or of a weights file, on a data set",
    load: async () => (await import('./commands/evaluate.ts')).defineEvaluate,
  },
  {
    name: 'predict',
    usage: '[options] <run-or-weights>',
    description: 'print what a trained network predicts for each sample, as CSV',
    load: async () => (await import('./commands/predict.ts')).definePredict,
  },
  {
    name: 'compare',
    usage: '[options] [network...]',
    description:
      'train networks at several depths with several seeds, and report which is worse in training and in test',
    load: async () => (await import('./commands/compare.ts')).defineCompare,
  },
  {
    name: 'check',
    usage: '[options] <network>',
    description: 'tell faults of a network, its data and its settings that show before any training',
    load: async () => (await import('./commands/check.ts')).defineCheck,
  },
  {
    name: 'diagnose',
    usage: '[options] [network]',
    description:
      'find out why a deep network is worse: train the network, a shallow twin and controls, and name the cause',
    load: async () => (await import('./commands/diagnose.ts')).defineDiagnose,
  },
  {
    name: 'prescribe',
    usage: '[options] [network]',
    description:
      'find the change with which a network trains: race changes and rates, and measure the best ones with fresh seeds',
    load: async () => (await import('./commands/prescribe.ts')).definePrescribe,
  },
  {
    name: 'show',
    usage: '[options] <stage> <network>',
    description: "print a stage of a network's training step: network, blueprint, graph, plan or kernels",
    load: async () => (await import('./commands/show.ts')).defineShow,
  },
  {
    name: 'count',
    usage: '[options] <network>',
    description: 'count the parameters, MACs, FLOPs and activation memory of a network exactly',
    load: async () => (await import('./commands/count.ts')).defineCount,
  },
  {
    name: 'init',
    usage: '[options] <network>',
    description: 'write the initial weights that a training with the same seed starts from',
    load: async () => (await import('./commands/init.ts')).defineInit,
  },
  {
    name: 'data',
    usage: '',
    description: 'list, download or check data sets',
    load: async () => (await import('./commands/data.ts')).defineData,
  },
  {
    name: 'bench',
    usage: '[options]',
    description: 'measure the speed of steps, products and convolutions, the cost of depth, or the time of each kernel',
    load: async () => (await import('./commands/bench.ts')).defineBench,
  },
]
