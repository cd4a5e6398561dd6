/**
 * The compiler's work on typed tensor code has a budget, counted in type instantiations: unlike time, they are the same
 * on every machine.
 */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

interface Cost {
  readonly messages: readonly string[]
  readonly instantiations: number
}

function costOf(file: string): Cost {
  const config = pathOf('../../../../tsconfig.base.json')
  const { config: json, error } = ts.readConfigFile(config, ts.sys.readFile)
  expect(error).toBeUndefined()
  const { options } = ts.parseJsonConfigFileContent(
    json,
    ts.sys,
    pathOf('../../../..'),
    undefined,
    config,
    undefined,
    [],
  )
  const program = ts.createProgram([file], { ...options, types: [] })
  const diagnostics = program.getSemanticDiagnostics(program.getSourceFile(file))
  return {
    messages: diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    instantiations: program.getInstantiationCount(),
  }
}

test('a page of typical code is checked within the budget', () => {
  const { messages, instantiations } = costOf(pathOf('./stress.test-d.ts'))
  expect(messages).toEqual([])
  expect(instantiations).toBeGreaterThan(5_000)
  expect(instantiations).toBeLessThan(40_000)
}, 120_000)
