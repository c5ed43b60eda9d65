// The workload on json-rules-engine: reads { rules, customers } from the first line of stdin, then decides all
// customers at each line "time", or tells what it decided at a line "tell"; one line of JSON answers each.
const readline = require("node:readline");
const { Engine } = require("json-rules-engine");

let engine;
let customers;
let trace;

function load(rules) {
  engine = new Engine();
  for (const rule of rules) {
    engine.addRule({
      ...rule,
      onSuccess: (event, almanac, result) => {
        const matched = {};
        for (const condition of result.conditions.all) matched[condition.fact] = condition.factResult;
        trace.push([result.name, matched]);
        almanac.addRuntimeFact(event.params.table, event.params.answer);
      },
    });
  }
}

async function decide(customer) {
  trace = [];
  await engine.run(customer);
  return trace;
}

async function answer(line) {
  if (engine === undefined) {
    const given = JSON.parse(line);
    load(given.rules);
    customers = given.customers;
    return { ready: customers.length };
  }
  if (line === "tell") {
    const traces = [];
    for (const customer of customers) traces.push(await decide(customer));
    return { traces };
  }
  const processor = process.cpuUsage();
  const wall = process.hrtime.bigint();
  for (const customer of customers) await decide(customer);
  const taken = process.cpuUsage(processor);
  return { processor: (taken.user + taken.system) / 1e6, wall: Number(process.hrtime.bigint() - wall) / 1e9 };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(line)) + "\n");
  }
})();
