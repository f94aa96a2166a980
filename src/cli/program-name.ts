/** The words that start the command line, so that a command which is printed works where it is printed. */
import { basename, dirname, join, sep } from 'node:path'
import { quote } from './quote.ts'

/**
 * `npx isobath` in a checkout and where a project has the package, `isobath` where it is installed for all; told by the path
 * of the program and by the current folder.
 */
export function programName(program = process.argv[1] ?? '', folder = process.cwd()): string {
  const name = basename(program)
  // Tests, and programs of others that call `main`.
  if (name !== 'isobath' && name !== 'isobath.js') return 'isobath'
  const [project, ...inside] = program.split(`${sep}node_modules${sep}`)
  if (inside.length > 0)
    return project.includes(`${sep}_npx${sep}`) || holds(project, folder) ? 'npx isobath' : 'isobath'
  if (name === 'isobath') return 'isobath'
  const checkout = dirname(dirname(program))
  return program === join(checkout, 'dist', name) && holds(checkout, folder) ? 'npx isobath' : `node ${quote(program)}`
}

/** Whether npx finds the project's packages from the folder. */
function holds(project: string, folder: string): boolean {
  return folder === project || folder.startsWith(`${project}${sep}`)
}
