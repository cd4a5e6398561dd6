/**
 * The Vite plugin that makes a Markdown page importable as the module that its examples are: `import('./page.md')`
 * runs them. Only the tests of the documentation use it.
 */
import type { Plugin } from 'vitest/config'
import { pageSource } from './page.js'

/** Compiles `.md` files; imports in them are resolved like those of any other file beside them. */
export function executablePages(): Plugin {
  return {
    name: 'nabla-executable-pages',
    enforce: 'pre',
    async transform(markdown, id) {
      if (!id.endsWith('.md')) return undefined
      const { default: ts } = await import('typescript')
      const { outputText } = ts.transpileModule(pageSource(markdown), {
        fileName: `${id}.ts`,
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      })
      return { code: outputText, map: null }
    },
  }
}
