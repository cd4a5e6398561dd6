/**
 * The generator of the built-in digits, apart, so that it is a file of its own that is loaded beside the rest.
 */
export { generateDigits } from 'nabla'
