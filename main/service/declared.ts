// The engine's methods and the settings that they declare, for hosts that need them before a service answers.
import { type MethodDeclaration, type SettingSpec, settingSpecs } from '../contract/setting-specs.ts'
import { declarations } from '../engine/method/index.ts'

/** Every setting that a run may have. */
export const declaredSettings = (): readonly SettingSpec[] => settingSpecs(declarations())

/** Every method. */
export const declaredMethods = (): readonly MethodDeclaration[] => declarations()
