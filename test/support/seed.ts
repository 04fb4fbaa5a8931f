// One random seed for the property tests where a change is checked, so that they are reproducible; elsewhere each run looks for new cases.
const seed = Number(process.env['SOFTPROMPT_TEST_SEED'] ?? Number.NaN)

if (Number.isInteger(seed)) {
  const { default: fc } = await import('fast-check')
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}
