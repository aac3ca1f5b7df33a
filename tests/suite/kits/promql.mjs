// Reads the expressions of the JSON array in a file by Prometheus' own grammar; prints what each asks for, as JSON.
import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";

const read = (expression) => {
  const found = { wrong: [], metrics: [], labels: [] };
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      const text = expression.slice(from, to);
      if (type.isError) found.wrong.push(`at ${from}: ${text}`);
      if (type.name === "Identifier") found.metrics.push(text);
      if (type.name === "LabelName") found.labels.push(text);
    },
  });
  return found;
};
console.log(JSON.stringify(JSON.parse(readFileSync(process.argv[2], "utf8")).map(read)));
