/** Starts PyTorch as the peer program of the bench, in a Python interpreter on the user's machine. */
import { reasonOf } from '../../support/files.ts'
import type { ImageLayout, MissingPeer, Peer, PeerProblem, PeerSetting } from './peer.ts'
import { prepareIn, readTexts, startProcess } from './process.ts'
import { pytorchProgram } from './pytorch-program.ts'

/** The Python interpreter of Debian, which may differ from the first `python3` on the path. */
const debianPython = '/usr/bin/python3'

const referenceBlas = [
  'PyTorch computes its products with the reference BLAS, which is ten times slower than the BLAS of most users.',
  'The ratios are therefore unfair to PyTorch.',
  'Run apt-get install libopenblas0-pthread, then start the bench again.',
].join(' ')

/**
 * Returns the settings of PyTorch that the bench measures: one thread and all threads, and for images both memory
 * layouts. PyTorch's fastest setting depends on the network.
 */
export function pytorchSettings({ network, threadLimit }: PeerProblem): PeerSetting[] {
  const layouts: readonly (ImageLayout | null)[] = network.kind === 'resnet' ? ['NCHW', 'channels_last'] : [null]
  const threadCounts = threadLimit > 1 ? [1, threadLimit] : [1]
  return threadCounts.flatMap((threads) => layouts.map((layout) => ({ threads, layout })))
}

/** Starts PyTorch. If PyTorch can't run, the result holds the reason, and the bench runs without PyTorch. */
export async function startPytorch(python = debianPython, abort?: AbortSignal): Promise<Peer | MissingPeer> {
  const process = startProcess(python, ['-c', pytorchProgram])
  let facts: Readonly<Record<string, string>>
  try {
    facts = readTexts(await process.ask({ command: 'describe' }, { abort, limitSeconds: 120 }))
  } catch (error) {
    process.stop()
    return { missing: `PyTorch doesn't run here (${python}: ${reasonOf(error)}). The Debian package is python3-torch.` }
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
