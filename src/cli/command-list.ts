/** The commands as `isobath --help` lists them. Everything else of a command is loaded when it is called. */
import type { Command } from 'commander'

/** Gives a command its arguments, options and action; `words` is the whole command line, for reports. */
export type DefineCommand = (command: Command, words: readonly string[]) => void

export interface CommandRow {
  readonly name: string
  /** What follows the name in the list of commands. */
  readonly usage: string
  readonly description: string
  readonly load: () => Promise<DefineCommand>
}

/** In the order of the help. */
export const commandList: readonly CommandRow[] = [
  {
    name: 'start',
    usage: '[options]',
    description:
      'the main job: plain and residual networks of 4, 16 and 64 layers on generated images, and a diagnosis of the one that fails, with reports',
    load: async () => (await import('./commands/start.ts')).defineStart,
  },
  {
    name: 'train',
    usage: '[options] [network]',
    description: 'train a network, keep the run in a folder, and say how well it does',
    load: async () => (await import('./commands/train.ts')).defineTrain,
  },
  {
    name: 'evaluate',
    usage: '[options] <run-or-weights>',
    description: "loss and error of a run's last checkpoint, or of a weights file, on a data set",
    load: async () => (await import('./commands/evaluate.ts')).defineEvaluate,
  },
  {
    name: 'predict',
    usage: '[options] <run-or-weights>',
    description: 'what a trained network says of each sample, as CSV',
    load: async () => (await import('./commands/predict.ts')).definePredict,
  },
  {
    name: 'compare',
    usage: '[options] [network...]',
    description: 'train networks at several depths with several seeds, and say which is worse, in training and in test',
    load: async () => (await import('./commands/compare.ts')).defineCompare,
  },
  {
    name: 'diagnose',
    usage: '[options] [network]',
    description: 'why a deep network is worse: trains it, a shallow twin and controls, and names the cause',
    load: async () => (await import('./commands/diagnose.ts')).defineDiagnose,
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
    description: 'count parameters, MACs, FLOPs and activation memory, exactly',
    load: async () => (await import('./commands/count.ts')).defineCount,
  },
  {
    name: 'init',
    usage: '[options] <network>',
    description: 'write the weights that training with the same seed starts from',
    load: async () => (await import('./commands/init.ts')).defineInit,
  },
  {
    name: 'data',
    usage: '',
    description: 'the data sets that can be trained on: list, fetch or check them',
    load: async () => (await import('./commands/data.ts')).defineData,
  },
  {
    name: 'bench',
    usage: '[options]',
    description:
      'measure speed: training steps, products and convolutions, and what depth costs, or where the time of a step goes',
    load: async () => (await import('./commands/bench.ts')).defineBench,
  },
]
