/** The list of recipes in the help of commands that train. */
import { indented } from '../format/text.ts'
import { recipeNames, recipes } from '../index.ts'

export function recipesHelp(): string {
  const lines = recipeNames.flatMap((name) => {
    const { summary, source, difference } = recipes[name]
    const notes = [summary, source, ...(difference === undefined ? [] : [difference])]
    return [`  ${name}`, ...notes.flatMap((note) => indented(`${note}.`, 4, 80))]
  })
  return ['', 'Recipes:', ...lines].join('\n')
}
