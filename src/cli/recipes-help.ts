/** The recipes, below the options of a command that trains. */
import { recipeNames, recipes } from '../index.ts'
import { indented } from './describe-networks.ts'

export function recipesHelp(): string {
  const lines = recipeNames.flatMap((name) => {
    const { summary, source, difference } = recipes[name]
    const notes = [summary, source, ...(difference === undefined ? [] : [difference])]
    return [`  ${name}`, ...notes.flatMap((note) => indented(`${note}.`, 4))]
  })
  return ['', 'Recipes:', ...lines].join('\n')
}
