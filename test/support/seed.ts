// One seed for every property where a change is judged, so that chance judges none; elsewhere each run looks for new cases.
const seed = Number(process.env['SOFTPROMPT_TEST_SEED'] ?? Number.NaN)

if (Number.isInteger(seed)) {
  const { default: fc } = await import('fast-check')
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}
