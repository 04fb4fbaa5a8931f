// How hosts start other programs: as the engine does.
export { startAt, startProgram } from '../../engine/programs.ts'
