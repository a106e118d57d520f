// One process of the chaos run: the service's own entry, told to be the sweep.
process.argv.push('sweep')
await import('../../../workers/main.ts')
