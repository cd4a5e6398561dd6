import { programBuild } from '../../tsup.base.js'

export default programBuild()
