/**
 * Starts @jax-js/jax as the peer program of the bench. The user has to install @jax-js/jax, because the package is no
 * dependency of Isobath.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { reasonOf } from '../../support/files.ts'
import type { MissingPeer, Peer, PreparedPeer } from './peer.ts'
import { type PeerProcess, prepareIn, startProcess } from './process.ts'

const packageName = '@jax-js/jax'

/**
 * Returns the main file of the jax-js package, resolved from a folder, or undefined if the package is not installed.
 */
function findPackage(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(packageName)
  } catch {
    return undefined
  }
}

function versionOf(main: string): string {
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) continue
    const { name, version }: { name?: string; version?: string } = JSON.parse(readFileSync(file, 'utf8'))
    if (name === packageName) return version ?? 'of an unknown version'
  }
  return 'of an unknown version'
}

/**
 * The settings, warm-up and time limit for jax-js. The first steps of jax-js are slow, and tracing a thousand layers
 * takes minutes.
 */
const conduct = { settings: [{ threads: 1, layout: null }], warmUpSteps: 12, limitSeconds: 180 } as const

/**
 * Starts jax-js from the package that Node finds when it resolves the package name from `folder`. If jax-js can't run,
 * the result holds the reason, and the bench runs without jax-js.
 */
export async function startJaxJs(folder = process.cwd()): Promise<Peer | MissingPeer> {
  const main = findPackage(folder)
  if (main === undefined) {
    return {
      missing: `${packageName} is not installed in ${folder}. Run npm install ${packageName} in this folder, then start the bench again.`,
    }
  }
  // The name of the program file ends in .ts if Isobath runs from source, and in .js in the built package.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const program = fileURLToPath(new URL(`./jax-js-process.${ending}`, import.meta.url))
  let running: PeerProcess | undefined
  const prepare: Peer['prepare'] = async (problem, abort): Promise<PreparedPeer> => {
    if (problem.network.kind !== 'mlp' || problem.weightDecay !== 0) {
      throw new Error('the bench measures jax-js only with dense networks without weight decay')
    }
    // Each network gets a new jax-js process, because the bench ends a process that takes too long.
    running?.stop()
    running = startProcess(process.execPath, [program, pathToFileURL(main).href])
    return prepareIn(running, problem, conduct, abort)
  }
  try {
    const check = startProcess(process.execPath, [program, pathToFileURL(main).href])
    await check.ask({ command: 'describe' }, { limitSeconds: 60 })
    check.stop()
  } catch (error) {
    return { missing: `${packageName} is installed, but doesn't run here: ${reasonOf(error)}` }
  }
  return {
    name: 'jax-js',
    version: versionOf(main),
    facts: { backend: 'wasm' },
    warning: null,
    prepare,
    dispose: () => running?.stop(),
  }
}
