/** Finds the words that start the command line, so that a printed command works in the user's current folder. */
import { basename, dirname, join, sep } from 'node:path'
import { quote } from './quote.ts'

/**
 * Returns the words that start the command line, from the path of the program and the current folder. The words are
 * `npx isobath` in a checkout or in a project with the package, and `isobath` if the package is installed globally. In
 * all other cases, the words are `node` and the path of the program.
 */
export function programName(program = process.argv[1] ?? '', folder = process.cwd()): string {
  const name = basename(program)
  // The program file has another name if a test or another program calls `main`.
  if (name !== 'isobath' && name !== 'isobath.js') return 'isobath'
  const [project, ...inside] = program.split(`${sep}node_modules${sep}`)
  if (inside.length > 0)
    return project.includes(`${sep}_npx${sep}`) || holds(project, folder) ? 'npx isobath' : 'isobath'
  if (name === 'isobath') return 'isobath'
  const checkout = dirname(dirname(program))
  return program === join(checkout, 'dist', name) && holds(checkout, folder) ? 'npx isobath' : `node ${quote(program)}`
}

/** Whether npx, started in the folder, finds the packages of the project. */
function holds(project: string, folder: string): boolean {
  return folder === project || folder.startsWith(`${project}${sep}`)
}
