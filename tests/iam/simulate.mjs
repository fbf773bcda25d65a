// Simulates requests of AWS calls against policies: [{policies, action, resource, context}, ...] on stdin, one word each
// on stdout. The simulator is where `node` was started, in .tools/iam; this file is no part of it.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const found = createRequire(pathToFileURL(process.cwd() + '/')).resolve('@cloud-copilot/iam-simulate')
const { runSimulation } = await import(pathToFileURL(found))

const account = '111122223333'
const answers = []
for (const { principal, policies, action, resource, context } of JSON.parse(readFileSync(0, 'utf8'))) {
  const simulated = await runSimulation({
    request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
    identityPolicies: policies,
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }, {})
  answers.push(simulated.errors ? `error: ${JSON.stringify(simulated.errors)}` : (simulated.overallResult ?? simulated.analysis.result))
}
process.stdout.write(JSON.stringify(answers))
