/** Tests the docstring that an editor shows for an option. Mapped types easily lose docstrings. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

test('an option of a training has the docstring of its row in the table of options', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const file = join(root, 'src/settings/training.ts')
  const program = ts.createProgram([file], options)
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const exported =
    source && checker.getSymbolAtLocation(source)?.exports?.get(ts.escapeLeadingUnderscores('TrainingOptions'))
  const docsOf = (option: string): string => {
    const property = exported && checker.getDeclaredTypeOfSymbol(exported).getProperty(option)
    return ts.displayPartsToString(property?.getDocumentationComment(checker))
  }
  expect(docsOf('clipNorm')).toContain('scaled down to this norm')
  expect(docsOf('recipe')).toContain('Published recipe')
})
