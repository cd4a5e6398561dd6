/**
 * Starting the workspace's tools as child processes, without telemetry, update notices or prompts. A tool's
 * output is kept back and shown only when the tool fails. Every script in this folder goes through here.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const quietEnvironment = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  // Reached from a plain `node scripts/…` too, not only from `pnpm run`.
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
}

/** Exit status as a shell counts it: 128 + the signal's number for a process that a signal ended. */
const exitStatus = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0)

/** Runs a tool from the repository root; resolves with `{ status, output }`, whatever the outcome. */
export function runQuietly(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve) => {
    // A shell only where Windows needs one to start the `.cmd` files of node_modules/.bin.
    const shell = process.platform === 'win32' && command !== process.execPath
    const child = spawn(command, args, {
      cwd,
      shell,
      env: { ...process.env, ...quietEnvironment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output += text
      })
    }
    child.on('error', (error) => resolve({ status: 1, output: `${command}: ${error.message}\n` }))
    child.on('close', (code, signal) => resolve({ status: exitStatus(code, signal), output }))
  })
}

/** Runs pnpm, the very one that started this script where there is one. */
export function runPnpm(args, options) {
  const pnpm = process.env.npm_execpath
  if (pnpm === undefined || !/pnpm[^/\\]*$/.test(pnpm))
    return runQuietly('npx', ['--yes', 'pnpm@10', ...args], options)
  return /\.[cm]?js$/.test(pnpm)
    ? runQuietly(process.execPath, [pnpm, ...args], options)
    : runQuietly(pnpm, args, options)
}

/**
 * Builds with turbo; silent unless it fails, and then ends this process with turbo's output.
 * `only` names one package: it and what it depends on are built, without the declarations, which running it
 * does not need.
 */
export async function build({ only } = {}) {
  const tasks = only === undefined ? ['build', '//#declarations'] : ['build', `--filter=${only}...`]
  const { status, output } = await runQuietly('turbo', [
    'run',
    ...tasks,
    '--output-logs=errors-only',
    '--log-prefix=task',
  ])
  if (status !== 0) {
    process.stderr.write(output)
    process.exit(status)
  }
}

/** Hands the terminal to a Node program: its input, output, signals and exit status are the user's own. */
export async function runProgram(path, args) {
  const child = spawn(process.execPath, [join(root, path), ...args], {
    stdio: 'inherit',
    // Relative paths in the arguments mean what they mean where the user typed them.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: { ...process.env, DO_NOT_TRACK: '1' },
  })
  // The terminal sends Ctrl-C to both processes; this one waits for the program to put its affairs in order.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.exitCode = await new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(exitStatus(code, signal)))
  })
}
