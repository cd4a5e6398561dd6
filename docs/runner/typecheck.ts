/**
 * Type checking of the pages: all of them in one TypeScript program, over the sources of the packages and with the
 * workspace's own settings, plus the promise that no example needs a cast.
 */
import { join } from 'node:path'
import ts from 'typescript'
import { pageSource } from './page.js'

/** Where a module made of a page pretends to lie: beside the page, so that its imports are found from there. */
const moduleOf = (page: string): string => `${page}.ts`

function compilerOptions(root: string): ts.CompilerOptions {
  const file = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { compilerOptions: settings }: { compilerOptions?: unknown } = file.config
  const { options, errors } = ts.convertCompilerOptionsFromJson(settings, root)
  const [error] = [...errors, ...(file.error === undefined ? [] : [file.error])]
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  return options
}

/** The usual host, to which the pages' modules are files like others. */
function hostWith(
  modules: ReadonlyMap<string, string>,
  options: ts.CompilerOptions,
  root: string,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  return {
    ...host,
    getCurrentDirectory: () => root,
    fileExists: (name) => modules.has(name) || host.fileExists(name),
    readFile: (name) => modules.get(name) ?? host.readFile(name),
    getSourceFile(name, version, ...rest) {
      const source = modules.get(name)
      return source === undefined
        ? host.getSourceFile(name, version, ...rest)
        : ts.createSourceFile(name, source, version)
    },
  }
}

/** What no example may contain, in words; `undefined` for everything else. */
function forbidden(node: ts.Node): string | undefined {
  if (ts.isAsExpression(node)) return node.type.getText() === 'const' ? undefined : 'a cast'
  if (ts.isTypeAssertionExpression(node)) return 'a cast'
  if (ts.isNonNullExpression(node)) return 'a "!"'
  return node.kind === ts.SyntaxKind.AnyKeyword ? '"any"' : undefined
}

function complaints(file: ts.SourceFile): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const what = forbidden(node)
    if (what !== undefined) {
      found.push(
        `line ${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: examples need no cast, but here is ${what}`,
      )
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function message({ file, start, messageText }: ts.Diagnostic): string {
  const line =
    file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
  return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}

/**
 * Everything that is wrong with the types of some pages.
 *
 * @param root the repository
 * @param pages their text by absolute path
 * @returns messages by path, each with its line on the page
 */
export function typeErrors(root: string, pages: ReadonlyMap<string, string>): Map<string, string[]> {
  const modules = new Map([...pages].map(([page, markdown]) => [moduleOf(page), pageSource(markdown)]))
  const options = compilerOptions(root)
  const program = ts.createProgram([...modules.keys()], options, hostWith(modules, options, root))
  return new Map(
    [...pages.keys()].map((page) => {
      const file = program.getSourceFile(moduleOf(page))
      if (file === undefined) return [page, ['not part of the program']]
      const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      return [page, [...diagnostics.map(message), ...complaints(file)]]
    }),
  )
}
