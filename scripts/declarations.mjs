/**
 * Second half of `pnpm build`: the declarations (`dist/**.d.ts`) of every package, from one TypeScript program;
 * one program for each package would read and infer over and over what the packages below it hold. Types are
 * not checked here: that is `pnpm typecheck`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { root } from './run.mjs'

/** The workspace's compiler settings, changed to write declarations and nothing else. */
function declarationOptions() {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  return { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, noCheck: true }
}

/** Where the declarations of a source file go: `packages/x/src/a/b.d.ts` becomes `packages/x/dist/a/b.d.ts`. */
const inDist = (path) => path.replace(/\/packages\/([^/]+)\/src\//, '/packages/$1/dist/')

const sources = ts.sys.readDirectory(
  root,
  ['.ts'],
  ['**/*.test.ts', '**/*.test-d.ts', '**/testing/**'],
  ['packages/*/src/**/*'],
)
const program = ts.createProgram({ rootNames: sources, options: declarationOptions() })
const written = new Set()
const { diagnostics } = program.emit(undefined, (path, text) => {
  const destination = inDist(path)
  mkdirSync(dirname(destination), { recursive: true })
  writeFileSync(destination, text)
  written.add(destination)
})

const left = ts.sys.readDirectory(root, ['.d.ts'], ['**/node_modules'], ['packages/*/dist/**/*'])
for (const path of left) if (!written.has(path)) rmSync(path)

const problems = [...program.getSyntacticDiagnostics(), ...diagnostics]
if (problems.length > 0) {
  const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  }
  console.error(ts.formatDiagnostics(problems, host))
  process.exitCode = 1
}
