/**
 * One counter of all that happens to variables outside captured programs: a new tensor, a tensor shown to someone or freed.
 * While it stands still, a captured program finds every variable as it left it and looks at none of them: a step between
 * kernels that empty the caches pays for each object that it touches.
 */
export const variableChanges = { count: 0 }
