/** PyTorch, in a Python of the user's. */
import { reasonOf } from '../../support/files.ts'
import type { ImageLayout, MissingPeer, Peer, PeerProblem, PeerSetting } from './peer.ts'
import { prepareIn, readTexts, startProcess } from './process.ts'
import { pytorchProgram } from './pytorch-program.ts'

/** Debian's own, whatever else is called python3. */
const debianPython = '/usr/bin/python3'

const referenceBlas = [
  'PyTorch computes its products with the REFERENCE BLAS, ten times slower than what users see: the ratios are not fair to it.',
  'apt-get install libopenblas0-pthread, and run this again.',
].join(' ')

/** One thread or all of them, and for networks of images both layouts: which is fastest depends on the network. */
export function pytorchSettings({ network, threadLimit }: PeerProblem): PeerSetting[] {
  const layouts: readonly (ImageLayout | null)[] = network.kind === 'resnet' ? ['NCHW', 'channels_last'] : [null]
  const threadCounts = threadLimit > 1 ? [1, threadLimit] : [1]
  return threadCounts.flatMap((threads) => layouts.map((layout) => ({ threads, layout })))
}

/** Starts PyTorch. What is missing is an answer: the bench then runs alone. */
export async function startPytorch(python = debianPython, abort?: AbortSignal): Promise<Peer | MissingPeer> {
  const process = startProcess(python, ['-c', pytorchProgram])
  let facts: Readonly<Record<string, string>>
  try {
    facts = readTexts(await process.ask({ command: 'describe' }, { abort, limitSeconds: 120 }))
  } catch (error) {
    process.stop()
    return { missing: `PyTorch isn't there (${python}: ${reasonOf(error)}). Debian has it as python3-torch.` }
  }
  const { version, ...others } = facts
  return {
    name: 'PyTorch',
    version,
    facts: others,
    warning: facts.blas === 'reference' ? referenceBlas : null,
    prepare: (problem, abort) => {
      const conduct = { settings: pytorchSettings(problem), warmUpSteps: 3, limitSeconds: 300 }
      return prepareIn(process, problem, conduct, abort)
    },
    dispose: process.stop,
  }
}
